"""Ethereum's specification on a block: `state_transition` of the block's fork.

No policy: what EELS accepts and makes of it is the outcome.
"""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from differential.ethereum.blocks import Account, KnownBlock, State
from differential.ethereum.changes import changes
from differential.outcome import (
    UNSUPPORTED,
    Log,
    Outcome,
    Result,
    TransactionOutcome,
    TransactionStatus,
)
from zkos.host.signing import keccak256
from zkos.versions import Fork

CHAIN_ID: Final = 1
OTHER_CHAIN: Final = "a transaction is for another chain"
_LONGEST_SHORT: Final = 55


@dataclass(frozen=True)
class _Rules:
    """The modules of a fork."""

    fork: ModuleType
    state: Any
    blocks: Any
    types: Any
    transactions: Any

    @classmethod
    def of(cls, fork: Fork) -> "_Rules":
        base = f"ethereum.forks.{fork.value}"
        names = ("fork", "state", "blocks", "fork_types", "transactions")
        return cls(*(importlib.import_module(f"{base}.{name}") for name in names))


def run_block(known: KnownBlock) -> Outcome:
    """What EELS says of a block whose state before is known in full."""
    if known.before is None:
        reason = "the witness does not hold the whole state"
        return Outcome(Result.CRASH, f"{UNSUPPORTED}{reason}")
    from ethereum.exceptions import EthereumException
    from ethereum_rlp import rlp
    from ethereum_types.numeric import U64

    rules = _Rules.of(known.block.fork)
    header = rules.blocks.Header
    try:
        ancestors = [
            rules.blocks.Block(rlp.decode_to(header, item), (), (), ())
            for item in known.block.witness.headers[-255:]
        ]
    except rlp.DecodingError as error:
        return Outcome(Result.ABORT, f"an ancestor cannot be read: {error}")
    state = load_state(known.block.fork, known.before)
    chain = rules.fork.BlockChain(ancestors, state, U64(CHAIN_ID))
    with _watched(rules.fork) as outputs:
        try:
            block = rlp.decode_to(rules.blocks.Block, encoded(known))
            rules.fork.state_transition(chain, block)
        except (EthereumException, rlp.DecodingError) as error:
            name = type(error).__name__
            return Outcome(Result.ABORT, f"{name}: {error}".removesuffix(": "))
    if any(_is_of_other_chain(rules, item) for item in block.transactions):
        return Outcome(Result.ABORT, OTHER_CHAIN)
    after = read_state(state, known.before)
    block_hash = keccak256(known.block.header)
    return Outcome(
        Result.SUCCESS,
        state_root=int.from_bytes(block.header.state_root, "big"),
        block_hash=int.from_bytes(block_hash, "big"),
        transactions=tuple(_receipts(rules, known, outputs[0])),
        detail=changes(known.before, after),
    )


def is_of_other_chain(decoded: Any) -> bool:
    """Whether a transaction with a type names another chain (EIP-2930).

    EELS does not look, so whoever asks it must.
    """
    return bool(int(getattr(decoded, "chain_id", CHAIN_ID)) != CHAIN_ID)


def _is_of_other_chain(rules: _Rules, item: Any) -> bool:
    return is_of_other_chain(rules.transactions.decode_transaction(item))


def encoded(known: KnownBlock) -> bytes:
    """The block as Ethereum encodes it."""
    items = b"".join(
        item if item[:1] >= b"\xc0" else _string(item)
        for item in known.block.transactions
    )
    return _list(known.block.header + _list(items) + b"\xc0" + known.block.withdrawals)


def _string(content: bytes) -> bytes:
    return _prefix(0x80, len(content)) + content


def _list(content: bytes) -> bytes:
    return _prefix(0xC0, len(content)) + content


def _prefix(base: int, length: int) -> bytes:
    if length <= _LONGEST_SHORT:
        return bytes([base + length])
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([base + _LONGEST_SHORT + len(digits)]) + digits


@contextmanager
def _watched(fork: ModuleType) -> Iterator[list[Any]]:
    """What `apply_body` gives, which the transition keeps for itself."""
    original = fork.apply_body
    outputs: list[Any] = []

    def apply_body(**arguments: Any) -> Any:
        outputs.append(original(**arguments))
        return outputs[-1]

    # The fork is a module found by its name, of which types say nothing.
    fork.apply_body = apply_body  # type: ignore[attr-defined]
    try:
        yield outputs
    finally:
        fork.apply_body = original  # type: ignore[attr-defined]


def load_state(fork: Fork, before: State) -> Any:
    """EELS's form of a state."""
    from ethereum_types.bytes import Bytes, Bytes32
    from ethereum_types.numeric import U256, Uint

    rules = _Rules.of(fork)
    state = rules.state.State()
    for number, account in before.items():
        address = rules.types.Address(number.to_bytes(20, "big"))
        made = rules.types.Account(
            nonce=Uint(account.nonce),
            balance=U256(account.balance),
            code=Bytes(account.code),
        )
        rules.state.set_account(state, address, made)
        for key, value in account.storage.items():
            spelled = Bytes32(key.to_bytes(32, "big"))
            rules.state.set_storage(state, address, spelled, U256(value))
    return state


def read_state(state: Any, before: State) -> dict[int, Account | None]:
    """All accounts of EELS's state, and those that are gone."""
    after: dict[int, Account | None] = dict.fromkeys(before)
    for address, account in state._main_trie._data.items():
        if account is None:
            continue
        trie = state._storage_tries.get(address)
        slots = {} if trie is None else trie._data
        after[int.from_bytes(address, "big")] = Account(
            int(account.nonce),
            int(account.balance),
            bytes(account.code),
            {
                int.from_bytes(key, "big"): int(value)
                for key, value in slots.items()
                if value
            },
        )
    return after


def _receipts(
    rules: _Rules, known: KnownBlock, output: Any
) -> Iterator[TransactionOutcome]:
    from ethereum_types.numeric import U64

    get = importlib.import_module(f"ethereum.forks.{known.block.fork.value}.trie")
    used = 0
    for index, key in enumerate(output.receipt_keys):
        receipt = rules.blocks.decode_receipt(get.trie_get(output.receipts_trie, key))
        raw = known.block.transactions[index]
        is_legacy = raw[:1] >= b"\xc0"
        decoded = rules.transactions.decode_transaction(
            _legacy(rules, raw) if is_legacy else raw
        )
        sender = rules.transactions.recover_sender(U64(CHAIN_ID), decoded)
        total = int(receipt.cumulative_gas_used)
        yield TransactionOutcome(
            TransactionStatus.SUCCESS
            if receipt.succeeded
            else TransactionStatus.REVERTED,
            reason=None,
            gas_used=total - used,
            logs=tuple(
                Log(
                    int.from_bytes(log.address, "big"),
                    tuple(int.from_bytes(topic, "big") for topic in log.topics),
                    bytes(log.data),
                )
                for log in receipt.logs
            ),
            hash=int.from_bytes(keccak256(raw), "big"),
            type_byte=0 if is_legacy else raw[0],
            sender=int.from_bytes(sender, "big"),
        )
        used = total


def _legacy(rules: _Rules, raw: bytes) -> Any:
    from ethereum_rlp import rlp

    return rlp.decode_to(rules.transactions.LegacyTransaction, raw)
