"""The Ethereum instance's precompiles on every engine, and what EELS makes of them."""

from functools import cache
from importlib import import_module
from types import SimpleNamespace

import pytest

from tests.guest.hooks import ethereum_calls
from tests.guest.system.world import World
from tests.support.remote import Objects
from zkos.compiler.variant import Variant
from zkos.guest.hooks.hooks import Hooks
from zkos.guest.protocol.options import OPTION_PROVING, OPTION_REPORT
from zkos.guest.system.errors import Fatal, OutOfNative
from zkos.lang.ints import U32, U64, Address
from zkos.lang.memory import view_of
from zkos.versions import Build, Fork, Instance

PLENTY = 10**10
Answer = tuple[bool, int, bytes]
"""Whether the call succeeds, the gas it leaves, and its output."""


def _variant(fork: Fork) -> Variant:
    """The instance's hooks in the default system, which is all they need."""
    whole = Build(instance=Instance.ETHEREUM, fork=fork).linked()
    seams = ("zkos.guest.hooks.call", "zkos.guest.hooks.table")
    bindings = tuple(pair for pair in whole.bindings if pair[0] in seams)
    return Variant(bindings, whole.overrides)


@cache
def objects(fork: Fork) -> Objects:
    """The hooks of a fork."""
    functions = (
        ethereum_calls.begin,
        ethereum_calls.addresses_below,
        ethereum_calls.answer,
    )
    return Objects((Hooks,), functions, (OutOfNative, Fatal), _variant(fork))


class Precompiles:
    """Those of a fork, in one block."""

    def __init__(self, fork: Fork) -> None:
        self.fork = fork
        self._objects = objects(fork)
        world = World()
        world.options = int(OPTION_PROVING) | int(OPTION_REPORT)
        self._objects.attach(world)
        self._hooks = self._objects.use(ethereum_calls.begin)()

    def addresses(self, limit: int) -> list[int]:
        found = self._objects.use(ethereum_calls.addresses_below)(
            self._hooks, U32(limit)
        )
        return [int(found[index]) for index in range(int(found.length()))]

    def answer(self, address: int, data: bytes, gas: int = PLENTY) -> Answer:
        good, ergs, output = self._objects.use(ethereum_calls.answer)(
            self._hooks, Address(address), view_of(data), U64(gas * 256)
        )
        assert int(ergs) % 256 == 0
        # What fails takes all, which is the runner's part.
        return bool(good), int(ergs) // 256 if good else 0, bytes(output)


def eels(fork: Fork, address: int, data: bytes, gas: int = PLENTY) -> Answer:
    """What the executable specification answers; skips without it."""
    pytest.importorskip("ethereum")
    base = f"ethereum.forks.{fork.value}"
    mapping = import_module(f"{base}.vm.precompiled_contracts.mapping")
    halts = import_module(f"{base}.vm.exceptions")
    numeric = import_module("ethereum_types.numeric")
    types = import_module("ethereum_types.bytes")
    key = import_module(f"{base}.fork_types").Address(address.to_bytes(20, "big"))
    evm = SimpleNamespace(
        message=SimpleNamespace(data=types.Bytes(data)),
        gas_left=numeric.Uint(gas),
        output=b"",
    )
    try:
        mapping.PRE_COMPILED_CONTRACTS[key](evm)
    except halts.ExceptionalHalt:
        return False, 0, b""
    return True, int(evm.gas_left), bytes(evm.output)


def agree(precompiles, address, data, gas=PLENTY):
    """Compare with EELS; the answer."""
    found = precompiles.answer(address, data, gas)
    assert found == eels(precompiles.fork, address, data, gas), (address, data.hex())
    return found


def agree_at_the_edge_of_gas(precompiles, address, data):
    """The same with exactly the gas it takes, and with one less."""
    good_, left, _ = agree(precompiles, address, data)
    assert good_
    price = PLENTY - left
    assert agree(precompiles, address, data, price)[:2] == (True, 0)
    if price:
        assert agree(precompiles, address, data, price - 1)[:2] == (False, 0)
    return price
