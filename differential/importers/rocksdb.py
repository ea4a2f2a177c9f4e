"""Blocks in the RocksDB databases of a node of ZKsync OS, as cases.

The folder holds the databases of zksync-os-server: `block_replay_wal` (contexts and
transactions), `repository` (receipts and block hashes), and state with its preimages,
either of all blocks (`state_full_diffs`, `preimages_full_diffs`) or of the last that
was compacted alone (`state`, `preimages`). They are opened to be read only; a node may
go on writing.

A case has of the state before a block what the block looks at, exactly as the node has
it; the tree is not read, so no root is expected.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from differential.importers.executions import protocol_of_execution, unknown_execution
from differential.importers.node_receipts import ReceiptError, StoredReceipt, read_block
from differential.importers.node_transactions import EnvelopeError, stored_transaction
from differential.importers.on_demand import load
from differential.importers.replay_record import (
    FORMATS,
    Reader,
    RecordError,
    StoredContext,
    read_context,
)
from zkos.host.case import Block, Case, SlotState
from zkos.host.expected import ExpectedBlock
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState, Slot
from zkos.host.transactions import Transaction
from zkos.host.tree import hash_bytes
from zkos.terminal.errors import UserError
from zkos.versions import Protocol

REPLAYS: Final = "block_replay_wal"
REPOSITORY: Final = "repository"
DIFFS: Final = ("state_full_diffs", "preimages_full_diffs")
COMPACTED: Final = ("state", "preimages")
"""Databases of state and of preimages."""
_CURRENT: Final = "CURRENT"
"""A file that each database has."""
_NUMBER_BYTES: Final = 8
_HASH_BYTES: Final = 32


class Table:
    """One database, to be read only."""

    def __init__(self, path: Path) -> None:
        """Raises UserError."""
        from rocksdict import AccessType, Options, Rdict

        self.path: Final = path
        if not (path / _CURRENT).is_file():
            raise UserError(f"{path}: no database of a node")
        try:
            names = Rdict.list_cf(str(path))
            options = {name: Options(raw_mode=True) for name in names}
            self._database: Any = Rdict(
                str(path), Options(raw_mode=True), options, AccessType.read_only()
            )
            self._columns: Final[Mapping[str, Any]] = {
                name: self._database.get_column_family(name) for name in names
            }
        except Exception as error:  # the reader has no class of its own
            raise self._damaged(error) from error

    def _damaged(self, error: object) -> UserError:
        reason = " ".join(str(error).split())
        return UserError(f"{self.path}: cannot be read as RocksDB: {reason}")

    def get(self, column: str, key: bytes) -> bytes | None:
        """The value of a key; None if it has none. Raises UserError."""
        found = self._column(column)
        if found is None:
            return None
        try:
            value: bytes | None = found.get(key)
        except Exception as error:
            raise self._damaged(error) from error
        return value

    def before(self, column: str, key: bytes) -> tuple[bytes, bytes] | None:
        """The last key that is not after `key`, and its value. Raises UserError."""
        found = self._column(column)
        if found is None:
            return None
        try:
            rows = found.iter()
            rows.seek_for_prev(key)
            return (rows.key(), rows.value()) if rows.valid() else None
        except Exception as error:
            raise self._damaged(error) from error

    def _column(self, name: str) -> Any:
        return self._columns.get(name)

    def close(self) -> None:
        """Let go of the files."""
        self._database.close()

    def fail(self, what: str) -> UserError:
        """The error of this database."""
        return UserError(f"{self.path}: {what}")


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """A block as the databases have it."""

    block: Block
    protocol: Protocol


class NodeDatabase:
    """All of a node's databases that cases are made of."""

    def __init__(self, folder: Path) -> None:
        """Raises UserError."""
        self._folder: Final = folder
        self._replays: Final = Table(folder / REPLAYS)
        self._repository: Final = self._table(REPOSITORY)
        self._diffs = self._table(DIFFS[0])
        names = COMPACTED if self._diffs is None else DIFFS
        self._state: Final = Table(folder / names[0])
        self._preimages: Final = Table(folder / names[1])

    def _table(self, name: str) -> Table | None:
        path = self._folder / name
        return Table(path) if (path / _CURRENT).is_file() else None

    def latest(self) -> int:
        """The number of the last block; raises UserError."""
        key = self._replays.get("latest", b"latest_block")
        if key is None or len(key) != _NUMBER_BYTES:
            raise self._replays.fail("no block is the latest one")
        return int.from_bytes(key, "big")

    def case(self, number: int, protocol: Protocol | None = None) -> Case:
        """A block on the state it needs. Raises UserError and CaseError."""
        if number == 0:
            raise self._replays.fail("nothing comes before block 0")
        stored = self._block(number, protocol)
        source = DatabaseState(self._state, self._preimages, self._at(number - 1))
        state = ChainState()
        options = RunOptions(protocol=stored.protocol)
        for forced in self._forced(number):
            state.preimages.add(forced)
        load([stored.block], state, source, options)
        return Case(
            (stored.block,),
            tree=tuple(source.slots.values()),
            preimages=tuple(state.preimages),
            protocol=stored.protocol,
        )

    def _at(self, number: int) -> int | None:
        """Which state to read; None: there is but one. Raises UserError."""
        if self._diffs is not None:
            return number
        key = self._state.get("meta", b"base_block")
        base = None if key is None else int.from_bytes(key, "big")
        if base != number:
            raise self._state.fail(
                f"has the state after block {base} alone, not after {number}"
            )
        return None

    def _block(self, number: int, protocol: Protocol | None) -> StoredBlock:
        stored = self._context(number)
        if protocol is None:
            protocol = protocol_of_execution(stored.execution_version)
        if protocol is None:
            text = unknown_execution(stored.execution_version)
            raise self._replays.fail(f"block {number}: {text}")
        before = self._context(number - 1).context.timestamp
        context = replace(stored.context, last_block_timestamp=before)
        transactions = self._transactions(number, context.chain_id)
        expected = self._expected(number)
        return StoredBlock(Block(context, transactions, expected=expected), protocol)

    def _context(self, number: int) -> StoredContext:
        content = self._replays.get("context", number.to_bytes(_NUMBER_BYTES, "big"))
        if content is None:
            raise self._replays.fail(f"there is no block {number}")
        reasons = []
        for wire in FORMATS:
            reader = Reader(content)
            try:
                stored = read_context(reader, wire)
                reader.end()
            except RecordError as error:
                reasons.append(str(error))
            else:
                return stored
        raise self._replays.fail(f"the context of block {number}: {reasons[0]}")

    def _transactions(self, number: int, chain_id: int) -> tuple[Transaction, ...]:
        content = self._replays.get("txs", number.to_bytes(_NUMBER_BYTES, "big"))
        if content is None:
            raise self._replays.fail(f"block {number} has no transactions")
        reader = Reader(content)
        try:
            envelopes = reader.items(reader.data)
            reader.end()
            return tuple(stored_transaction(item, chain_id) for item in envelopes)
        except (RecordError, EnvelopeError) as error:
            text = f"the transactions of block {number}: {error}"
            raise self._replays.fail(text) from error

    def _forced(self, number: int) -> list[bytes]:
        """Code that a block deploys by force; none in databases of old nodes."""
        key = number.to_bytes(_NUMBER_BYTES, "big")
        content = self._replays.get("force_preimages", key)
        if content is None:
            return []
        reader = Reader(content)
        try:
            pairs = reader.items(reader.pair)
            reader.end()
        except RecordError as error:
            text = f"the preimages of block {number}: {error}"
            raise self._replays.fail(text) from error
        return [preimage for _, preimage in pairs]

    def _expected(self, number: int) -> ExpectedBlock | None:
        """What the node's receipts say; None without a repository."""
        table = self._repository
        if table is None:
            return None
        name = table.get("block_number_to_hash", number.to_bytes(_NUMBER_BYTES, "big"))
        content = None if name is None else table.get("block_data", name)
        if name is None or content is None:
            raise table.fail(f"there is no block {number}")
        try:
            receipts = [self._receipt(table, digest) for digest in read_block(content)]
        except ReceiptError as error:
            raise table.fail(f"block {number}: {error}") from error
        return ExpectedBlock(
            block_hash=int.from_bytes(name, "big"),
            transactions=tuple(receipt.expected for receipt in receipts),
            l1_logs=tuple(log for receipt in receipts for log in receipt.l1_logs),
        )

    def _receipt(self, table: Table, digest: bytes) -> StoredReceipt:
        content, meta = (table.get(name, digest) for name in ("tx_receipt", "tx_meta"))
        if content is None or meta is None:
            raise ReceiptError(f"no receipt of 0x{digest.hex()}")
        return StoredReceipt.read(digest, content, meta)

    def close(self) -> None:
        """Let go of all files."""
        tables = {
            id(table): table
            for table in (
                *(self._replays, self._repository, self._diffs),
                *(self._state, self._preimages),
            )
            if table is not None
        }
        for table in tables.values():
            table.close()


class DatabaseState:
    """State after a block, read place by place; what was there is kept."""

    def __init__(self, values: Table, preimages: Table, at: int | None) -> None:
        """`at`: after which block; None: the database has but one state."""
        self._values: Final = values
        self._preimages: Final = preimages
        self._at: Final = at
        self.slots: Final[dict[Slot, SlotState]] = {}

    def fill(self, state: ChainState, place: Slot) -> None:
        value = self._value(place.flat_key())
        if value is not None:
            number = int.from_bytes(value, "big")
            self.slots[place] = SlotState(place.address, place.key, number)
            state.set_slot(place.address, place.key, number)

    def _value(self, key: bytes) -> bytes | None:
        if self._at is None:
            value = self._values.get("storage", key)
        else:
            end = key + self._at.to_bytes(_NUMBER_BYTES, "big")
            row = self._values.before("data", end)
            value = row[1] if row is not None and row[0][:_HASH_BYTES] == key else None
        if value is not None and len(value) != _HASH_BYTES:
            raise self._values.fail(f"a value of {len(value)} bytes")
        return value

    def preimage(self, state: ChainState, digest: bytes) -> None:
        found = self._preimages.get("storage", digest)
        if found is None:
            return
        if hash_bytes(found) != digest:
            raise self._preimages.fail(f"what is called 0x{digest.hex()} is not that")
        state.preimages.add(found)
