"""Random histories against a model that copies the whole state at every frame."""

import copy
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.guest.objects import OBJECTS, attach
from tests.guest.system.budget import plenty, spent
from tests.guest.system.conftest import cached_slots, new_io
from tests.guest.system.world import World
from zkos.guest.protocol.environment import EVM_ENVIRONMENT as EVM
from zkos.guest.protocol.environment import NO_ENVIRONMENT as NONE
from zkos.lang.ints import U256, Address

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")

SMALL = st.integers(0, 2)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), SMALL, SMALL, st.integers(0, 3)),
        st.tuples(st.just("read"), SMALL, SMALL),
        st.tuples(st.just("transient"), SMALL, SMALL, st.integers(0, 3)),
        st.tuples(st.just("fund"), SMALL),
        st.tuples(st.just("destroy"), SMALL),
        st.tuples(st.just("start")),
        st.tuples(st.just("finish"), st.booleans()),
        st.tuples(st.just("next")),
    ),
    max_size=40,
)


def refund(original: int, current: int, new: int) -> int:
    """What a write adds to the counter (EIP-3529)."""
    added = 0
    if current != new and original:
        added += 4800 * (new == 0) - 4800 * (current == 0)
    if current not in (new, original) and new == original:
        added += 2800 if original else 19900
    return added


@dataclass
class Model:
    """What a revert restores, and what a new transaction forgets."""

    values: dict[tuple[int, int], int] = field(default_factory=dict)
    unset: dict[tuple[int, int], bool] = field(default_factory=dict)
    originals: dict[tuple[int, int], int] = field(default_factory=dict)
    refund: int = 0
    warm: set[tuple[int, int]] = field(default_factory=set)
    transient: dict[tuple[int, int], int] = field(default_factory=dict)
    balances: dict[int, int] = field(default_factory=dict)
    warm_accounts: set[int] = field(default_factory=set)
    unset_accounts: dict[int, bool] = field(default_factory=dict)
    destroyed: set[int] = field(default_factory=set)


class Driver:
    """Performs each step on both sides; what is known never rolls back."""

    def __init__(self) -> None:
        attach(World())
        self.io = new_io()
        self.model = Model()
        self.saved: list[tuple[Any, Model]] = []

    def warm(self, place: tuple[int, int]) -> int:
        cost = 4000
        if place not in self.model.warm:
            cost += 242240 if self.model.unset.get(place, True) else 121120
        self.model.warm.add(place)
        return cost

    def write(self, address: int, key: int, value: int) -> None:
        resources, place, model = plenty(), (address, key), self.model
        self.io.write_slot(EVM, resources, Address(address), U256(key), U256(value))
        cost = self.warm(place)
        cost += 120800 if model.unset.get(place, True) else 50560
        before = model.values.get(place, 0)
        model.refund += refund(model.originals.get(place, 0), before, value)
        model.values[place] = value
        model.unset[place] = False
        assert spent(resources)[1] == cost
        assert self.io.refund_counter() == model.refund

    def read(self, address: int, key: int) -> None:
        resources, place = plenty(), (address, key)
        value = self.io.read_slot(EVM, resources, Address(address), U256(key))
        assert spent(resources)[1] == self.warm(place)
        assert int(value) == self.model.values.get(place, 0)

    def transient(self, address: int, key: int, value: int) -> None:
        place, where = (address, key), (Address(address), U256(key))
        before = self.io.read_transient(plenty(), *where)
        assert int(before) == self.model.transient.get(place, 0)
        self.io.write_transient(plenty(), *where, U256(value))
        self.model.transient[place] = value

    def touch_account(self, address: int) -> None:
        resources = plenty()
        self.io.touch_account(EVM, resources, Address(address + 100), False)
        price = (100, 4000)
        if address not in self.model.warm_accounts:
            unset = self.model.unset_accounts.get(address, True)
            price = (2600, 250240 if unset else 131100)
        assert spent(resources) == price
        self.model.warm_accounts.add(address)

    def fund(self, address: int) -> None:
        self.touch_account(address)
        self.io.add_balance(NONE, plenty(), Address(address + 100), U256(1))
        balances = self.model.balances
        balances[address] = balances.get(address, 0) + 1
        self.model.unset_accounts[address] = False

    def destroy(self, address: int) -> None:
        self.touch_account(address)
        place = Address(address + 100)
        self.io.self_destruct(plenty(), place, place, True)
        self.model.balances[address] = 0
        self.model.destroyed.add(address)
        self.model.unset_accounts[address] = False

    def start(self) -> None:
        self.saved.append((self.io.start_frame(), copy.deepcopy(self.model)))

    def finish(self, revert: bool) -> None:
        if self.saved:
            snapshot, model = self.saved.pop()
            self.io.finish_frame(snapshot, revert)
            self.model = model if revert else self.model

    def next(self) -> None:
        while self.saved:
            self.finish(False)
        self.io.finish_transaction()
        self.io.begin_transaction()
        model = self.model
        for address in model.destroyed:
            model.balances[address] = 0
        model.destroyed.clear()
        model.warm.clear()
        model.warm_accounts.clear()
        model.transient.clear()
        model.originals = dict(model.values)
        model.refund = 0

    def compare(self) -> None:
        for slot in cached_slots(self.io):
            place = (int(slot.address), int(slot.key))
            if place[0] != 0x8003:
                assert int(slot.current) == self.model.values.get(place, 0)
        for address, balance in self.model.balances.items():
            assert int(self.io.account(Address(address + 100)).balance) == balance


@given(STEPS)
def test_rollback_restores_what_a_copy_would(steps: list[tuple[Any, ...]]) -> None:
    driver = Driver()
    try:
        for name, *arguments in steps:
            getattr(driver, name)(*arguments)
            driver.compare()
    finally:
        attach(None)
