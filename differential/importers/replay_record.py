"""Replay records of a node: all that it needs to run a block again but the state.

The wire formats 1 to 7 of zksync-os-server (`replay_wire_format`). A record does not
say which one it is in: it is the newest that takes every byte and makes sense. So one
of format 6 that lacks its last bytes is taken for format 7 or 5.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from differential.importers.node_transactions import EnvelopeError, stored_transaction
from zkos.host.context import BLOCK_HASHES, BlockContext
from zkos.host.transactions import Transaction

FORMATS: Final = (7, 6, 5, 4, 3, 2, 1)
"""The newest first."""
_MARKERS: Final = {251: 2, 252: 4, 253: 8, 254: 16}
"""First bytes of longer numbers, and how many bytes follow."""
_HASH_BYTES: Final = 32
_ADDRESS_BYTES: Final = 20
_MOST_ITEMS: Final = 1 << 20
_CUT: Final = "cut off"
_VERSION: Final = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+", re.ASCII)
_WITH_EXECUTION: Final = 2
_WITH_BLOB_FEE: Final = 4
_WITH_PREIMAGES: Final = 5
_WITH_EVENT: Final = 6
_WITH_ROOT: Final = 7
"""Formats since which something is there; the event is in that one only."""
T = TypeVar("T")


class RecordError(ValueError):
    """Bytes that are no record; the text says why."""


@dataclass(frozen=True, slots=True)
class Record:
    """A block as a node has kept it."""

    context: BlockContext
    execution_version: int
    transactions: tuple[Transaction, ...]
    node_version: str
    protocol_version: str | None = None
    """Since format 5."""
    preimages: tuple[bytes, ...] = ()
    """Code that the block deploys by force."""


class Reader:
    """Takes values of bincode's standard configuration from bytes, from the start."""

    def __init__(self, content: bytes) -> None:
        self._content: Final = content
        self._at = 0

    def number(self, bits: int = 64) -> int:
        """An unsigned integer of variable length; raises RecordError."""
        first = self.take(1)[0]
        if first not in _MARKERS:
            if first > max(_MARKERS):
                raise RecordError("no number where one is expected")
            return first
        value = int.from_bytes(self.take(_MARKERS[first]), "little")
        if value >> bits:
            raise RecordError(f"a number of more than {bits} bits")
        return value

    def take(self, length: int) -> bytes:
        """So many bytes; raises RecordError if they are not there."""
        end = self._at + length
        if end > len(self._content):
            raise RecordError(f"{_CUT} after {len(self._content)} bytes")
        taken = self._content[self._at : end]
        self._at = end
        return taken

    def data(self) -> bytes:
        """Bytes behind their length; raises RecordError."""
        return self.take(self.number())

    def word(self, length: int = _HASH_BYTES) -> bytes:
        """The same, of a known length; raises RecordError."""
        found = self.data()
        if len(found) != length:
            raise RecordError(f"{len(found)} bytes where {length} are expected")
        return found

    def big(self) -> int:
        """A number of 256 bits; raises RecordError."""
        return int.from_bytes(self.word(), "big")

    def version(self) -> str:
        """A semantic version as text; raises RecordError."""
        text = self.data().decode(errors="replace")
        if not _VERSION.match(text):
            raise RecordError("no version where one is expected")
        return text

    def items(self, read: Callable[[], T]) -> list[T]:
        """A list behind its length; raises RecordError."""
        count = self.number()
        if count > _MOST_ITEMS:
            raise RecordError(f"a list of {count} items")
        return [read() for _ in range(count)]

    def pair(self) -> tuple[bytes, bytes]:
        """A hash and what has it; raises RecordError."""
        return self.word(), self.data()

    def end(self) -> None:
        """Raise RecordError if something follows."""
        left = len(self._content) - self._at
        if left:
            raise RecordError(f"{left} bytes follow")


@dataclass(frozen=True, slots=True)
class StoredContext:
    """A block context with the node's number of what runs the block."""

    context: BlockContext
    execution_version: int


def read_context(reader: Reader, wire: int) -> StoredContext:
    """The context of a record of format `wire`; raises RecordError.

    The oldest block hash comes first there, and 0 stands for what there is not.
    """
    chain_id, block_number = reader.number(), reader.number()
    hashes = reader.items(reader.big)
    if len(hashes) != BLOCK_HASHES:
        raise RecordError(f"{len(hashes)} block hashes, not {BLOCK_HASHES}")
    timestamp = reader.number()
    base_fee, pubdata_price, native_price = reader.big(), reader.big(), reader.big()
    coinbase = int.from_bytes(reader.word(_ADDRESS_BYTES), "big")
    gas_limit, pubdata_limit = reader.number(), reader.number()
    mix_hash = reader.big()
    version = reader.number(32) if wire >= _WITH_EXECUTION else 1
    blob_fee = reader.big() if wire >= _WITH_BLOB_FEE else 1
    context = BlockContext(
        chain_id=chain_id,
        block_number=block_number,
        timestamp=timestamp,
        eip1559_basefee=base_fee,
        pubdata_price=pubdata_price,
        native_price=native_price,
        coinbase=coinbase,
        gas_limit=gas_limit,
        pubdata_limit=pubdata_limit,
        # The guest takes 1 where nobody has chosen a number.
        mix_hash=mix_hash or 1,
        blob_fee=blob_fee,
        block_hashes=tuple(reversed(hashes)),
    )
    return StoredContext(context, version)


def read_record(content: bytes) -> Record:
    """The record that the bytes are, in whatever format; raises RecordError."""
    if not content:
        raise RecordError("empty")
    reasons = []
    for wire in FORMATS:
        try:
            return _read(content, wire)
        except RecordError as error:
            reasons.append(str(error))
    cut = [reason for reason in reasons if reason.startswith(_CUT)]
    other = [reason for reason in reasons if reason not in cut]
    told = other[0] if other else cut[0]
    raise RecordError(f"no replay record of formats 1 to 7: {told}")


def _read(content: bytes, wire: int) -> Record:
    reader = Reader(content)
    stored = read_context(reader, wire)
    reader.number()  # the first priority operation's number
    envelopes = reader.items(reader.data)
    previous = reader.number()
    node_version = reader.version()
    reader.word()  # the hash of the block's output
    protocol_version, forced = None, []
    if wire >= _WITH_PREIMAGES:
        protocol_version = reader.version()
        forced = reader.items(reader.pair)
    if wire == _WITH_EVENT:
        reader.number()
        reader.number()
    if wire == _WITH_ROOT:
        reader.number()
    reader.end()
    chain_id = stored.context.chain_id
    try:
        sent = tuple(stored_transaction(item, chain_id) for item in envelopes)
    except EnvelopeError as error:
        raise RecordError(str(error)) from error
    context = replace(stored.context, last_block_timestamp=previous)
    return Record(
        context,
        stored.execution_version,
        sent,
        node_version,
        protocol_version,
        tuple(preimage for _, preimage in forced),
    )
