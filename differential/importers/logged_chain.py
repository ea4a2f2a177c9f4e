"""A chain that was logged, not kept: blocks whose state is known in part, as cases.

JSON, hexadecimal without 0x, told from other forms by its "chain_config". Nothing is
known of the state but what the blocks wrote, so blocks can be run from the first on
after which no transaction calls contracts of the genesis: those that come from L1 do.
Roots are not known; hashes, receipts, resources and what is published are.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from zkos.host.accounts import Account
from zkos.host.case import Block, Case, SlotState
from zkos.host.case_reader import Node, optional
from zkos.host.context import BlockContext, DataAvailability
from zkos.host.expected import (
    Batch,
    ExpectedBatch,
    ExpectedBlock,
    ExpectedL1Log,
    ExpectedLog,
    ExpectedTransaction,
)
from zkos.host.state import ACCOUNTS
from zkos.host.transactions import RawTransaction
from zkos.host.tree import hash_bytes
from zkos.versions import Protocol

_NUMBERS: Final = (
    "chain_id",
    "block_number",
    "timestamp",
    "eip1559_basefee",
    "pubdata_price",
    "native_price",
    "gas_limit",
    "pubdata_limit",
    "blob_fee",
)
_SCHEMES: Final = {da.scheme: da for da in DataAvailability}
_STATUSES: Final = {0: "reverted", 1: "success"}
_FROM_L1: Final = (0x7E, 0x7F)
Fields = Mapping[str, Node]


def is_logged(root: Node) -> bool:
    """Whether a JSON value has this form."""
    value = root.value
    return isinstance(value, dict) and "chain_config" in value


def read_logged(root: Node) -> Iterator[Case]:
    """The blocks that can be run as one case, then one for each extra transaction.

    Raises CaseError.
    """
    chain = _Logged(root)
    yield chain.blocks()
    yield from chain.extras()


class _Logged:
    def __init__(self, root: Node) -> None:
        self._members = _fields(root)
        self._config = _fields(self._members["chain_config"])
        self._blocks = [_fields(node) for node in self._members["chain"].items()]
        self._batches = [_fields(node) for node in self._members["batches"].items()]
        self._preimages = {
            hash_bytes(data): data
            for data in map(_bytes, self._members["preimages"].members().values())
        }
        protocol = self._members["protocol"]
        try:
            self._protocol = Protocol(protocol.text())
        except ValueError:
            protocol.fail("unknown protocol")

    def blocks(self) -> Case:
        """All blocks after the last one with a transaction from L1."""
        first = self._first()
        return self._case(
            tuple(map(self._block, range(first, len(self._blocks)))),
            self._written(first),
            tuple(self._batches_since(first)),
        )

    def extras(self) -> Iterator[Case]:
        """Single transactions on the state at the end, the sender's nonce set back."""
        last = len(self._blocks)
        for node in self._members["extra"].items():
            extra = _fields(node)
            sender = self._sender(first := self._first())
            slots = self._written(last)
            place = ACCOUNTS, sender
            account = self._preimages[slots[place].to_bytes(32, "big")]
            nonce = extra["sender_nonce"].number(64)
            encoded = Account.decode(account)._replace(nonce=nonce).encode()
            slots[place] = int.from_bytes(hash_bytes(encoded), "big")
            raw = RawTransaction(_bytes(extra["raw"]), sender)
            expected = ExpectedBlock(transactions=(_receipt(extra),))
            block = Block(self._context(first), (raw,), expected=expected)
            yield self._case((block,), slots, (), encoded)

    def _first(self) -> int:
        return 1 + max(
            index
            for index, block in enumerate(self._blocks)
            for node in block["txs"].items()
            if _kind(_fields(node)) in _FROM_L1
        )

    def _sender(self, first: int) -> int:
        return _number(_fields(self._blocks[first]["txs"].items()[0])["from"])

    def _case(
        self,
        blocks: tuple[Block, ...],
        slots: Mapping[tuple[int, int], int],
        batches: tuple[Batch, ...],
        *further: bytes,
    ) -> Case:
        return Case(
            blocks,
            tree=tuple(SlotState(*place, value) for place, value in slots.items()),
            preimages=(*self._preimages.values(), *further),
            protocol=self._protocol,
            batches=batches,
        )

    def _written(self, end: int) -> dict[tuple[int, int], int]:
        """What the blocks before have left."""
        slots: dict[tuple[int, int], int] = {}
        for block in self._blocks[:end]:
            for node in _fields(block["expected"])["writes"].items():
                address, key, value = map(_number, node.items())
                slots[address, key] = value
        return slots

    def _block(self, index: int) -> Block:
        node = self._blocks[index]
        expected = _fields(node["expected"])
        items = [_fields(item) for item in node["txs"].items()]
        return Block(
            self._context(index),
            tuple(
                RawTransaction(_bytes(item["raw"]), _number(item["from"]))
                for item in items
            ),
            expected=ExpectedBlock(
                block_hash=_number(expected["block_hash"]),
                pubdata=optional(expected.get("pubdata"), _bytes, None),
                transactions=tuple(map(_receipt, items)),
                l1_logs=tuple(log for item in items for log in _l1_logs(item)),
            ),
        )

    def _context(self, index: int) -> BlockContext:
        fields = _fields(self._blocks[index]["block"])
        values: dict[str, Any] = {name: fields[name].number() for name in _NUMBERS}
        before = self._blocks[:index]
        hashes = [
            _number(_fields(block["expected"])["block_hash"])
            for block in reversed(before)
        ]
        genesis = _fields(self._members["genesis"])["block_hash"]
        return BlockContext(
            **values,
            coinbase=_number(fields["coinbase"]),
            max_tx_gas_limit=self._config["max_tx_gas_limit"].number(64),
            proves_fri=self._config["fri_proof_verification_enabled"].boolean(),
            block_hashes=(*hashes, _number(genesis)),
            last_block_timestamp=_fields(before[-1]["block"])["timestamp"].number(),
            da=_SCHEMES[self._batches[0]["da_commitment_scheme"].number()],
        )

    def _batches_since(self, first: int) -> Iterator[Batch]:
        for batch in self._batches:
            start, end = (item.number() - 1 - first for item in batch["blocks"].items())
            if start >= 0:
                expected = ExpectedBatch(
                    batch_output_hash=_number(batch["batch_output"]),
                    logs_root=_number(batch["l2_to_l1_logs_root"]),
                    da_commitment=_number(batch["da_commitment"]),
                )
                yield Batch(start, end, expected)


def _receipt(fields: Fields) -> ExpectedTransaction:
    receipt = _fields(fields["expected"])
    created = receipt.get("contract_address")
    return ExpectedTransaction(
        status=_STATUSES[receipt["status"].number(1)],
        gas_used=receipt["gas_used"].number(),
        native_used=receipt["computational_native"].number(),
        pubdata_used=receipt["pubdata_used"].number(),
        logs=tuple(map(_log, receipt["events"].items())),
        hash=_number(fields["hash"]),
        created=0 if created is None or created.value is None else _number(created),
    )


def _log(node: Node) -> ExpectedLog:
    address, topics, data = node.items()
    return ExpectedLog(
        _number(address), tuple(map(_number, topics.items())), _bytes(data)
    )


def _l1_logs(fields: Fields) -> Iterator[ExpectedL1Log]:
    for node in _fields(fields["expected"])["l2_to_l1_logs"].items():
        log = _bytes(node)
        numbers = (
            int.from_bytes(log[start:end], "big")
            for start, end in ((2, 4), (4, 24), (24, 56), (56, 88))
        )
        yield ExpectedL1Log(*numbers)


def _kind(fields: Fields) -> int:
    return fields["type"].number(8)


class _Fields(dict[str, Node]):
    """The members of an object; one that is missing is a CaseError."""

    def __init__(self, node: Node) -> None:
        super().__init__(node.members())
        self._node = node

    def __missing__(self, name: str) -> Node:
        self._node.fail(f"field {name} is missing")


def _fields(node: Node) -> _Fields:
    return _Fields(node)


def _bytes(node: Node) -> bytes:
    """Bytes spelled without 0x."""
    try:
        return bytes.fromhex(node.text())
    except ValueError:
        node.fail("not hex")


def _number(node: Node) -> int:
    """A big-endian number spelled so."""
    return int.from_bytes(_bytes(node), "big")
