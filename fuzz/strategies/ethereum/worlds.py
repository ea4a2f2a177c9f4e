"""States for chains of Ethereum's blocks: who plays, and what is there before."""

from dataclasses import replace
from typing import Final

from differential.ethereum.blocks import Account
from fuzz.strategies.cases import prepared
from fuzz.strategies.cast import LOOPER, Cast
from fuzz.strategies.ethereum.paths import some_addresses, some_slots
from fuzz.strategies.ethereum.players import (
    FACTORY,
    KEEPERS,
    factory_code,
    keeper_code,
)
from fuzz.strategies.ethereum.system_contracts import system_contracts
from fuzz.strategies.numbers import word
from fuzz.strategies.source import Source
from zkos.host.case import AccountState, Case, SlotState
from zkos.versions import Fork

_DELEGATION: Final = b"\xef\x01\x00"
_BALANCES: Final = (1, 0, 55, 10**18, (1 << 128) - 1)
_VALUES: Final = (1, 1, 127, 128, 1 << 200)


def world(source: Source, fork: Fork) -> tuple[Cast, dict[int, Account]]:
    """The participants, and the state before the first block."""
    # py-evm, which is asked under Prague, does not run the code of system contracts.
    cast, case = prepared(source, None)
    cast.heavy = cast.deep = False
    state = _accounts(case)
    state.pop(LOOPER, None)
    state |= system_contracts(source, odd=fork is not Fork.PRAGUE)
    for address in KEEPERS:
        storage = {slot: _value(source) for slot in some_slots(source)}
        if source.chance(15):
            storage = {}
        state[address] = Account(1, 0, keeper_code(), storage)
    state[FACTORY] = Account(1, source.below(3), factory_code())
    for address in some_addresses(source):
        # With a nonce or something else: there are no empty accounts.
        balance = source.choose(_BALANCES)
        state[address] = Account(0 if balance else 1, balance)
    cast.contracts.extend((*KEEPERS[:1], FACTORY))
    return cast, state


def _value(source: Source) -> int:
    return word(source) or 1 if source.chance(20) else source.choose(_VALUES)


def _accounts(case: Case) -> dict[int, Account]:
    """The accounts of a case that Ethereum can have, with their slots."""
    made: dict[int, Account] = {}
    for entry in case.leaf_order:
        if isinstance(entry, AccountState):
            account = _account(entry)
            if account is not None:
                made[entry.address] = account
        else:
            _put_slot(made, entry)
    return made


def _account(entry: AccountState) -> Account | None:
    code = entry.code or b""
    if entry.delegate:
        code = _DELEGATION + entry.delegate.to_bytes(20, "big")
    if not (code or entry.nonce or entry.balance):
        return None
    storage = {slot: value for slot, value in entry.storage if value}
    return Account(entry.nonce, entry.balance, code, storage)


def _put_slot(made: dict[int, Account], entry: SlotState) -> None:
    account = made.get(entry.address)
    if account is not None and entry.value:
        storage = {**account.storage, entry.slot: entry.value}
        made[entry.address] = replace(account, storage=storage)
