"""The executable specification of Ethereum (EELS) between our state and our outcome.

EELS is the arbiter: what it executes is not touched. So only the rules that bear on a
transaction as a whole, and the mocked precompiles, can be applied (`APPLIED`); where
another rule is at work, EELS differs from ours and says so.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from ethereum.forks.cancun import vm
from ethereum.forks.cancun.fork_types import Account, Address
from ethereum.forks.cancun.state import State, set_account, set_storage
from ethereum.forks.cancun.vm.exceptions import InvalidParameter
from ethereum.forks.cancun.vm.precompiled_contracts.mapping import (
    PRE_COMPILED_CONTRACTS,
)
from ethereum_types.bytes import Bytes, Bytes32
from ethereum_types.numeric import U64, U256, Uint

from differential.known import (
    BOOTLOADER_BALANCE_SWEPT,
    CREATION_GAS_IN_EXECUTION,
    FEE_LIMIT,
    FEES_HELD_BY_BOOTLOADER,
    FEES_TO_COINBASE,
    MOCK_BLAKE2F,
    MOCK_POINT_EVALUATION,
    NO_GAS_POOL,
    NO_REFUNDS,
    OUT_OF_NATIVE,
    Policy,
    Rule,
)
from differential.outcome import AccountDiff, SlotDiff
from zkos.host.accounts import keccak_bytes
from zkos.host.context import BLOCK_HASHES, BlockContext
from zkos.host.state import ACCOUNTS, ChainState

APPLIED: Final = (
    BOOTLOADER_BALANCE_SWEPT,
    CREATION_GAS_IN_EXECUTION,
    FEE_LIMIT,
    FEES_HELD_BY_BOOTLOADER,
    FEES_TO_COINBASE,
    MOCK_BLAKE2F,
    MOCK_POINT_EVALUATION,
    NO_GAS_POOL,
    NO_REFUNDS,
    OUT_OF_NATIVE,
)
"""The rules the adapter knows how to apply."""
_MOCKS: Final = (
    (MOCK_BLAKE2F, (9).to_bytes(20, "big"), 213),
    (MOCK_POINT_EVALUATION, (10).to_bytes(20, "big"), 193),
)


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
    for flat_key, slot in state.slots.items():
        value = int.from_bytes(state.tree.value(flat_key) or b"", "big")
        if slot.address != ACCOUNTS and value:
            address = address_of(slot.address)
            if loaded._main_trie._data.get(address) is None:
                # EELS keeps storage of accounts that exist only.
                empty = Account(nonce=Uint(0), balance=U256(0), code=Bytes(b""))
                set_account(loaded, address, empty)
            set_storage(loaded, address, _word(slot.key), U256(value))
    return loaded


def environment(
    context: BlockContext, state: State, excess_blob_gas: int
) -> vm.BlockEnvironment:
    """What opcodes see of the block."""
    known = [value.to_bytes(32, "big") for value in context.block_hashes]
    missing = min(BLOCK_HASHES, context.block_number) - len(known)
    hashes = [bytes(32)] * missing + known[::-1]
    return vm.BlockEnvironment(
        chain_id=U64(context.chain_id),
        state=state,
        block_gas_limit=Uint(context.gas_limit),
        block_hashes=[Bytes32(value) for value in hashes],
        coinbase=address_of(context.coinbase),
        number=Uint(context.block_number),
        base_fee_per_gas=Uint(context.eip1559_basefee),
        time=U256(context.timestamp),
        prev_randao=_word(context.mix_hash),
        excess_blob_gas=U64(excess_blob_gas),
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
            code_hash = int.from_bytes(keccak_bytes(new[2]), "big")
            changed.append(AccountDiff(number, new[0], new[1], code_hash))
    return tuple(changed)


def changed_slots(state: State, before: ChainState) -> tuple[SlotDiff, ...]:
    """Slots that differ from those of `before`, by address and key."""
    old: dict[tuple[int, int], int] = {}
    for flat_key, slot in before.slots.items():
        if slot.address != ACCOUNTS:
            value = before.tree.value(flat_key) or b""
            old[slot.address, slot.key] = int.from_bytes(value, "big")
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


@contextmanager
def mocked_precompiles(policy: Policy) -> Iterator[None]:
    """EELS with the precompiles ZKsync OS mocks; restored afterwards."""
    originals = dict(PRE_COMPILED_CONTRACTS)
    for rule, address, length in _MOCKS:
        if policy.allows(rule):
            PRE_COMPILED_CONTRACTS[Address(address)] = _mock(policy, rule, length)
    try:
        yield
    finally:
        PRE_COMPILED_CONTRACTS.update(originals)


def _mock(policy: Policy, rule: Rule, length: int) -> Callable[[Any], None]:
    def answer(evm: Any) -> None:
        policy.fire(rule)
        if len(evm.message.data) != length:
            raise InvalidParameter
        evm.output = b""

    return answer


def address_of(number: int) -> Address:
    """A number as EELS's address."""
    return Address(number.to_bytes(20, "big"))


def _word(number: int) -> Bytes32:
    return Bytes32(number.to_bytes(32, "big"))
