"""What binds a block and a batch, computed once more (state spec 5 and 6).

Plain Python, written from the specification: it shares nothing with the guest, so it
judges what the guest and others say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from zkos.host.context import BLOCK_HASHES, BlockContext, DataAvailability
from zkos.host.kzg import open_blob, split
from zkos.host.rlp import Encodable, encode
from zkos.host.signing import keccak256
from zkos.host.tree import hash_bytes

LOG_BYTES: Final = 88
_ZERO: Final = bytes(32)
_NO_OMMERS: Final = keccak256(encode([]))
_BLOOM_BYTES: Final = 256
_HEADER_NONCE: Final = bytes(8)
MIX_HASH: Final = 1
"""Of headers in production, whatever the metadata says."""
_LOG_LEVELS: Final = 14
_WINDOWS_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class L1LogLine:
    """A log for L1."""

    transaction: int
    """Position among the processed transactions of its block."""
    sender: int
    key: int
    value: int

    def encode(self) -> bytes:
        """Its 88 bytes: shard 0, a service, and the fields."""
        return b"".join(
            [
                b"\0\1",
                (self.transaction % 2**16).to_bytes(2, "big"),
                self.sender.to_bytes(20, "big"),
                self.key.to_bytes(32, "big"),
                self.value.to_bytes(32, "big"),
            ]
        )


@dataclass(frozen=True, slots=True)
class StateCommitment:
    """The chain after some block."""

    root: bytes
    next_free_slot: int
    block_number: int
    block_hashes: tuple[int, ...]
    """Of the last 256 blocks, this one first."""
    timestamp: int

    def hash(self) -> bytes:
        """The 32 bytes that name it."""
        return hash_bytes(
            self.root
            + self.next_free_slot.to_bytes(8, "big")
            + (self.block_number % 2**64).to_bytes(8, "big")
            + _hash_of_window(self.block_hashes)
            + self.timestamp.to_bytes(8, "big")
        )


@lru_cache(_WINDOWS_KEPT)
def _hash_of_window(block_hashes: tuple[int, ...]) -> bytes:
    """Of the hashes of past blocks, the latest last; cases have few different ones."""
    missing = BLOCK_HASHES - len(block_hashes)
    hashes = [value.to_bytes(32, "big") for value in reversed(block_hashes)]
    return hash_bytes(bytes(32 * missing) + b"".join(hashes))


@dataclass(frozen=True, slots=True)
class InteropRoot:
    """A root of another chain's messages."""

    chain: int
    number: int
    root: int


@dataclass(frozen=True, slots=True)
class Outside:
    """What a block says of other chains and counts besides, since v31."""

    transactions: int
    """That stay, of all kinds."""
    roots: tuple[InteropRoot, ...] = ()
    """In the order in which they were added."""
    message_root: int = 0
    settlement_layer: int = 0
    """Id of the chain that this one settles on."""


@dataclass(frozen=True, slots=True)
class SealedBlock:
    """A block with all that its batch binds."""

    context: BlockContext
    before: StateCommitment
    after: StateCommitment
    pubdata: bytes
    logs: tuple[L1LogLine, ...]
    priority_hashes: tuple[bytes, ...]
    """Of the processed transactions of type 0x7f."""
    upgrade_hash: bytes
    """Of the processed transaction of type 0x7e, or zero."""
    outside: Outside | None = None
    """None where the version knows no other chains."""
    configuration: bytes | None = None
    """Hash of the chain's configuration; None where its id alone is bound."""


@dataclass(frozen=True, slots=True)
class BatchCommitment:
    """What a run of the guest binds."""

    state_before: bytes
    state_after: bytes
    output: bytes
    logs_root: bytes
    """With the root of other chains' messages, 0 before v31."""
    data_availability: bytes
    versioned_hashes: tuple[bytes, ...]
    """Of its blobs, empty without."""
    configuration: bytes = b""
    """A word of the public input since v32."""

    @property
    def public_input(self) -> bytes:
        """The output of the guest, 32 bytes."""
        states = self.state_before + self.state_after
        return keccak256(states + self.configuration + self.output)


def rolling_hash(hashes: Iterable[bytes], first: bytes = _ZERO) -> bytes:
    """Of the transactions that stay in a block, in order, from `first` on."""
    rolling = first
    for item in hashes:
        rolling = keccak256(rolling + item)
    return rolling


def block_hash(
    context: BlockContext,
    parent_hash: bytes,
    rolling: bytes,
    gas_used: int,
    mix_hash: int = MIX_HASH,
    receipts: bytes = _ZERO,
) -> bytes:
    """The hash of a block's header.

    `rolling` binds its transactions, `gas_used` is the sum of what they paid for.
    """
    header: list[Encodable] = [
        parent_hash,
        _NO_OMMERS,
        context.coinbase.to_bytes(20, "big"),
        _ZERO,
        rolling,
        receipts,
        bytes(_BLOOM_BYTES),
        0,
        context.block_number,
        context.gas_limit,
        gas_used,
        context.timestamp,
        b"",
        mix_hash.to_bytes(32, "big"),
        _HEADER_NONCE,
        context.eip1559_basefee,
    ]
    return keccak256(encode(header))


def logs_root(logs: Sequence[L1LogLine]) -> bytes:
    """The root of the tree of logs, 14 levels."""
    return _logs_root(tuple(logs))


@lru_cache(maxsize=2)
def _logs_root(logs: tuple[L1LogLine, ...]) -> bytes:
    """The same, remembered: a block that is a batch alone has the same logs."""
    empty = _empty_logs()
    if not logs:
        return empty[_LOG_LEVELS]
    level = [keccak256(log.encode()) for log in logs]
    for height in range(_LOG_LEVELS):
        if len(level) % 2:
            level.append(empty[height])
        pairs = zip(level[::2], level[1::2], strict=True)
        level = [keccak256(left + right) for left, right in pairs]
    return level[0]


@cache
def _empty_logs() -> tuple[bytes, ...]:
    """Roots of trees without logs, by their number of levels."""
    roots = [keccak256(bytes(LOG_BYTES))]
    for _ in range(_LOG_LEVELS):
        roots.append(keccak256(roots[-1] * 2))
    return tuple(roots)


def priority(hashes: Iterable[bytes]) -> tuple[int, bytes]:
    """Number and rolling hash of the transactions from L1."""
    count, rolling = 0, keccak256(b"")
    for item in hashes:
        count, rolling = count + 1, keccak256(rolling + item)
    return count, rolling


def versioned_hashes(da: DataAvailability, pubdata: bytes) -> tuple[bytes, ...]:
    """Of the blobs that hold a batch's pubdata, if it goes into blobs."""
    if da is not DataAvailability.BLOBS:
        return ()
    return tuple(open_blob(piece).versioned_hash for piece in split(pubdata))


def data_availability(da: DataAvailability, pubdata: bytes) -> bytes:
    """What binds a batch's pubdata."""
    match da:
        case DataAvailability.NONE:
            return _ZERO
        case DataAvailability.KECCAK:
            return keccak256(_ZERO + keccak256(pubdata) + b"\1" + _ZERO)
        case DataAvailability.BLOBS:
            return keccak256(b"".join(versioned_hashes(da, pubdata)))


def interop_hash(roots: Iterable[InteropRoot]) -> bytes:
    """The rolling hash of roots of other chains."""
    rolling = _ZERO
    for item in roots:
        words = (item.chain, item.number, item.root)
        rolling = keccak256(
            rolling + b"".join(word.to_bytes(32, "big") for word in words)
        )
    return rolling


def seal(blocks: Sequence[SealedBlock], da: DataAvailability) -> BatchCommitment:
    """The commitment to blocks that follow each other, at least one."""
    first, last = blocks[0], blocks[-1]
    pubdata = b"".join(block.pubdata for block in blocks)
    bound = data_availability(da, pubdata)
    logs = [log for block in blocks for log in block.logs]
    count, rolling = priority(
        item for block in blocks for item in block.priority_hashes
    )
    outsides = [block.outside for block in blocks if block.outside is not None]
    message_root = outsides[-1].message_root if outsides else 0
    root = keccak256(logs_root(logs) + message_root.to_bytes(32, "big"))
    numbers, interop = count.to_bytes(32, "big"), _ZERO
    settlement = b""
    if outsides:
        staying = sum(item.transactions for item in outsides)
        others = staying - count - (first.upgrade_hash != _ZERO)
        numbers += others.to_bytes(32, "big")
        interop = interop_hash(item for known in outsides for item in known.roots)
        settlement = outsides[0].settlement_layer.to_bytes(32, "big")
    configuration, chain = first.configuration, b""
    if configuration is None:
        configuration, chain = b"", first.context.chain_id.to_bytes(32, "big")
    output = keccak256(
        chain
        + first.context.timestamp.to_bytes(8, "big")
        + last.context.timestamp.to_bytes(8, "big")
        + da.scheme.to_bytes(32, "big")
        + bound
        + numbers
        + rolling
        + root
        + first.upgrade_hash
        + interop
        + settlement
    )
    return BatchCommitment(
        first.before.hash(),
        last.after.hash(),
        output,
        root,
        bound,
        versioned_hashes(da, pubdata),
        configuration,
    )
