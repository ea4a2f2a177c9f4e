"""What a block or a batch must give, as a case may say: facts from elsewhere.

The names are those of an engine's entry of `--json`. None is what nobody knows.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExpectedLog:
    """An EVM log."""

    address: int
    topics: tuple[int, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class ExpectedL1Log:
    """A log for L1."""

    transaction: int
    """Position among the transactions that stay in the block."""
    sender: int
    key: int
    value: int


@dataclass(frozen=True, slots=True)
class ExpectedTransaction:
    """A receipt."""

    status: str | None = None
    """`success`, `reverted` or `invalid`."""
    reason: str | None = None
    gas_used: int | None = None
    native_used: int | None = None
    pubdata_used: int | None = None
    """Bytes."""
    return_data: bytes | None = None
    logs: tuple[ExpectedLog, ...] | None = None
    hash: int | None = None
    type: int | None = None
    sender: int | None = None
    created: int | None = None
    """Address of a new contract, 0 without one."""


@dataclass(frozen=True, slots=True)
class ExpectedBlock:
    """What a block gives."""

    outcome: str = "success"
    """Or `abort`; then nothing else is known."""
    state_root: int | None = None
    next_free_slot: int | None = None
    block_hash: int | None = None
    public_input: bytes | None = None
    """Of a run of this block alone, like the commitments."""
    pubdata: bytes | None = None
    transactions: tuple[ExpectedTransaction, ...] | None = None
    l1_logs: tuple[ExpectedL1Log, ...] | None = None
    l1_messages: tuple[bytes, ...] | None = None
    preimages: tuple[bytes, ...] | None = None
    """Accounts and code that the block made, in any order."""
    root_before: int | None = None
    next_free_slot_before: int | None = None
    state_commitment_before: int | None = None
    state_commitment: int | None = None


@dataclass(frozen=True, slots=True)
class ExpectedBatch:
    """What a batch gives."""

    public_input: bytes | None = None
    state_commitment_before: int | None = None
    state_commitment: int | None = None
    batch_output_hash: int | None = None
    logs_root: int | None = None
    da_commitment: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Blocks of a case that are one batch."""

    first: int
    last: int
    """Positions in the case, both inclusive."""
    expected: ExpectedBatch | None = None
