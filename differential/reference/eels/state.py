"""EELS's state, loaded from ours and read back as differences."""

from typing import Any

from ethereum.forks.prague import vm
from ethereum.forks.prague.fork_types import EMPTY_ACCOUNT, Account, Address
from ethereum.forks.prague.state import State, set_account, set_storage
from ethereum.forks.prague.trie import copy_trie
from ethereum_types.bytes import Bytes, Bytes32
from ethereum_types.numeric import U64, U256, Uint

from differential.outcome import AccountDiff, SlotDiff
from differential.reference.rules import Rules
from zkos.host.context import BLOCK_HASHES
from zkos.host.signing import keccak256
from zkos.host.state import ACCOUNTS, ChainState


def load_state(state: ChainState) -> State:
    """All accounts and slots of ours."""
    loaded = State()
    for slot in state.slots.values():
        if slot.address != ACCOUNTS:
            continue
        account = state.account(slot.key)
        if account.balance or account.nonce or account.bytecode_length:
            set_account(
                loaded,
                address_of(slot.key),
                Account(
                    nonce=Uint(account.nonce),
                    balance=U256(account.balance),
                    code=Bytes(state.code(slot.key)),
                ),
            )
    for (number, key), value in slots_of(state).items():
        put_slot(loaded, address_of(number), key, value)
    return loaded


def put_slot(state: State, address: Address, key: int, value: int) -> None:
    """Write a slot; EELS keeps storage of accounts that exist only."""
    if state._main_trie._data.get(address) is None:
        set_account(state, address, EMPTY_ACCOUNT)
    set_storage(state, address, Bytes32(key.to_bytes(32, "big")), U256(value))


def slots_of(state: ChainState) -> dict[tuple[int, int], int]:
    """All slots of ours that are not zero."""
    slots = {
        (slot.address, slot.key): int.from_bytes(state.tree.value(key) or b"", "big")
        for key, slot in state.slots.items()
        if slot.address != ACCOUNTS
    }
    return {place: value for place, value in slots.items() if value}


def empty_contracts(state: ChainState) -> frozenset[Address]:
    """Accounts that were deployed with empty code."""
    accounts = (slot.key for slot in state.slots.values() if slot.address == ACCOUNTS)
    return frozenset(
        address_of(number)
        for number in accounts
        if state.account(number).versioning and not state.code(number)
    )


def copy_of(state: State) -> tuple[Any, Any]:
    """All that changes in a state, between transactions."""
    tries = {name: copy_trie(trie) for name, trie in state._storage_tries.items()}
    return copy_trie(state._main_trie), tries


def restore(state: State, saved: tuple[Any, Any]) -> None:
    """Become as at `copy_of`."""
    state._main_trie, state._storage_tries = saved


def environment(rules: Rules, state: State) -> vm.BlockEnvironment:
    """What opcodes see of the block."""
    context = rules.context
    known = [Bytes32(it.to_bytes(32, "big")) for it in context.block_hashes or ()]
    missing = max(0, min(BLOCK_HASHES, context.block_number) - len(known))
    return vm.BlockEnvironment(
        chain_id=U64(context.chain_id),
        state=state,
        block_gas_limit=Uint(context.gas_limit),
        block_hashes=[Bytes32(bytes(32))] * missing + known[::-1],
        coinbase=address_of(context.coinbase),
        number=Uint(context.block_number),
        base_fee_per_gas=Uint(context.eip1559_basefee),
        time=U256(context.timestamp),
        prev_randao=Bytes32(rules.prevrandao.to_bytes(32, "big")),
        excess_blob_gas=U64(0),
        parent_beacon_block_root=Bytes32(bytes(32)),
    )


def changed_accounts(state: State, before: ChainState) -> tuple[AccountDiff, ...]:
    """Accounts that differ from those of `before`, by address."""
    numbers = {slot.key for slot in before.slots.values() if slot.address == ACCOUNTS}
    numbers |= {int.from_bytes(address, "big") for address in state._main_trie._data}
    changed = []
    for number in sorted(numbers):
        account = state._main_trie._data.get(address_of(number))
        new = (0, 0, b"")
        if account is not None:
            new = int(account.balance), int(account.nonce), bytes(account.code)
        old = before.account(number)
        if new != (old.balance, old.nonce, before.code(number)):
            code_hash = int.from_bytes(keccak256(new[2]), "big")
            changed.append(AccountDiff(number, new[0], new[1], code_hash))
    return tuple(changed)


def changed_slots(state: State, before: ChainState) -> tuple[SlotDiff, ...]:
    """Slots that differ from those of `before`, by address and key."""
    old = slots_of(before)
    new = {
        (int.from_bytes(address, "big"), int.from_bytes(key, "big")): int(value)
        for address, trie in state._storage_tries.items()
        for key, value in trie._data.items()
    }
    return tuple(
        SlotDiff(*place, new.get(place, 0))
        for place in sorted({*old, *new})
        if old.get(place, 0) != new.get(place, 0)
    )


def address_of(number: int) -> Address:
    """A number as EELS's address."""
    return Address(number.to_bytes(20, "big"))
