"""Blocks that real nodes have made, with what the nodes say they gave, as cases.

Two forms of JSON, hexadecimal without 0x: a single block on a whole state ("leaves"),
and a chain from its genesis ("chain"), of which each block says what it wrote. A chain
becomes one case, or one case a block on the state that was recorded before it.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NoReturn

from differential.importers.logged_chain import is_logged, read_logged
from zkos.host.accounts import ENCODED_BYTES
from zkos.host.case import Block, Case, LeafState, SlotState
from zkos.host.case_reader import Node, optional
from zkos.host.context import BLOCK_HASHES, BlockContext, DataAvailability
from zkos.host.expected import (
    Batch,
    ExpectedBatch,
    ExpectedBlock,
    ExpectedL1Log,
    ExpectedLog,
    ExpectedTransaction,
)
from zkos.host.state import ACCOUNTS
from zkos.host.transactions import EncodedTransaction, RawTransaction, Transaction
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
_SERVICE: Final = 0x7D
_OPERATOR: Final = 0x8001
_STATUSES: Final = {0: "reverted", 1: "success"}
_HASH_BYTES: Final = 32
_ADDRESS_BYTES: Final = 20
_LOG_BYTES: Final = 88
_HEX: Final = re.compile(r"(?:[0-9a-f]{2})*", re.ASCII)
Tree = tuple[SlotState | LeafState, ...]


class Fields(dict[str, Node]):
    """The members of an object; one that is missing is a CaseError."""

    def __init__(self, node: Node) -> None:
        super().__init__(node.members())
        self._node = node

    def __missing__(self, name: str) -> NoReturn:
        self._node.fail(f"field {name} is missing")


def is_chain(root: Node) -> bool:
    """Whether a JSON value has one of the forms."""
    value = root.value
    return isinstance(value, dict) and ("chain" in value or "leaves" in value)


def read_chain(root: Node, *, apart: bool = False) -> Iterator[Case]:
    """The case or cases of a file; raises CaseError.

    `apart`: each block of a chain on the state recorded before it.
    """
    if is_logged(root):
        yield from read_logged(root)
        return
    members = Fields(root)
    if "chain" not in members:
        yield _single(members)
    elif apart:
        yield from _Chain(members).blocks_apart()
    else:
        yield _Chain(members).whole()


def _single(members: Mapping[str, Node]) -> Case:
    """A block on a whole state."""
    names = _names(members["keys"])
    context = Fields(members["block"])
    values = _context(context)
    values["block_hashes"] = tuple(map(_number, context["block_hashes"].items()))
    values["last_block_timestamp"] = context["last_block_timestamp_before"].number()
    values["mix_hash"] = _number(context["mix_hash"])
    expected = Fields(members["expected"])
    receipts = expected["txs"].items()
    sent = members["txs"].items()
    if len(sent) != len(receipts):
        expected["txs"].fail(f"{len(receipts)} receipts of {len(sent)} transactions")
    transactions = tuple(
        RawTransaction(_bytes(Fields(node)["raw"]), _address(Fields(receipt)["from"]))
        for node, receipt in zip(sent, receipts, strict=True)
    )
    block = Block(
        BlockContext(**values),
        transactions,
        expected=ExpectedBlock(
            state_root=_number(expected["state_root_after"]),
            next_free_slot=expected["next_free_slot_after"].number(),
            block_hash=_number(expected["block_hash"]),
            pubdata=_bytes(expected["pubdata"]),
            transactions=tuple(map(_bare_receipt, receipts)),
            preimages=tuple(map(_bytes, expected["new_preimages"].items())),
            root_before=_number(expected["state_root_before"]),
            next_free_slot_before=expected["next_free_slot_before"].number(),
            state_commitment_before=_number(expected["state_commitment_before"]),
            state_commitment=_number(expected["state_commitment_after"]),
        ),
    )
    leaves = (_entries(item, 2) for item in members["leaves"].items())
    return Case(
        (block,),
        tree=tuple(_leaf(_bytes(key), _number(value), names) for key, value in leaves),
        preimages=_preimages(members),
        protocol=_protocol(members),
        unlimited_native=members["unlimited_native"].boolean(),
    )


class _Chain:
    """A chain from its genesis, block 0, on."""

    def __init__(self, members: Mapping[str, Node]) -> None:
        self._names = _names(members["keys"])
        self._preimages = _preimages(members)
        self._protocol = _protocol(members)
        self._chain = [Fields(node) for node in members["chain"].items()]
        self._batches = [Fields(node) for node in members["batches"].items()]
        self._expected = [Fields(block["expected"]) for block in self._chain]
        if len(self._chain) < 2:
            members["chain"].fail("no block after the genesis")

    def whole(self) -> Case:
        """All blocks after the genesis."""
        blocks = tuple(self._block(number) for number in range(1, len(self._chain)))
        return self._case(blocks, self._tree({}, 0), self._preimages, 1)

    def blocks_apart(self) -> Iterator[Case]:
        """Each block on the state recorded before it."""
        leaves: dict[bytes, int] = {}
        for number in range(1, len(self._chain)):
            tree = self._tree(leaves, number - 1)
            block = self._block(number)
            known = tuple(_needed(self._preimages, leaves, block))
            yield self._case((block,), tree, known, number)

    def _tree(self, leaves: dict[bytes, int], number: int) -> Tree:
        """The tree once a block has written to `leaves`, which is changed."""
        expected = self._expected[number]
        written = {
            _bytes(key): _number(value)
            for key, value in (_entries(item, 2) for item in expected["writes"].items())
        }
        for node in expected["new_leaves"].items():
            leaves[_bytes(node)] = 0
        leaves.update(written)
        return tuple(_leaf(key, value, self._names) for key, value in leaves.items())

    def _case(
        self,
        blocks: tuple[Block, ...],
        tree: Tree,
        preimages: tuple[bytes, ...],
        first: int,
    ) -> Case:
        """The case of blocks of which the first has this number."""
        return Case(
            blocks,
            tree=tree,
            preimages=preimages,
            protocol=self._protocol,
            batches=tuple(self._batches_of(first, first + len(blocks) - 1)),
        )

    def _block(self, number: int) -> Block:
        """A block; past hashes and times are those of the chain."""
        node, expected = self._chain[number], self._expected[number]
        before = self._expected[max(0, number - BLOCK_HASHES) : number]
        values = _context(Fields(node["block"]))
        values["block_hashes"] = tuple(
            _number(block["block_hash"]) for block in reversed(before)
        )
        previous = Fields(self._chain[number - 1]["block"])
        values["last_block_timestamp"] = previous["timestamp"].number()
        values["da"] = self._scheme(number)
        items = [Fields(item) for item in node["txs"].items()]
        return Block(
            BlockContext(**values),
            tuple(map(_transaction, items)),
            expected=ExpectedBlock(
                state_root=_number(expected["state_root_after"]),
                next_free_slot=expected["next_free_slot_after"].number(),
                block_hash=_number(expected["block_hash"]),
                pubdata=optional(expected.get("pubdata"), _bytes, None),
                transactions=tuple(map(_receipt, items)),
                l1_logs=tuple(log for item in items for log in _l1_logs(item)),
            ),
        )

    def _scheme(self, number: int) -> DataAvailability:
        """How the batch of a block is published; keccak if nobody knows."""
        for batch in self._batches:
            first, last = (item.number() for item in _entries(batch["blocks"], 2))
            if first <= number <= last:
                scheme = batch["da_commitment_scheme"]
                if scheme.number() not in _SCHEMES:
                    scheme.fail("no way of publishing")
                return _SCHEMES[scheme.number()]
        return DataAvailability.KECCAK

    def _batches_of(self, start: int, end: int) -> Iterator[Batch]:
        """The batches within these blocks, by position among them."""
        for batch in self._batches:
            first, last = (item.number() for item in _entries(batch["blocks"], 2))
            if start <= first and last <= end:
                expected = ExpectedBatch(
                    public_input=optional(
                        batch.get("public_input_derived"), _bytes, None
                    ),
                    state_commitment=_number(batch["state_commitment"]),
                    batch_output_hash=_number(batch["batch_output_hash"]),
                    logs_root=_number(batch["l2_to_l1_logs_root_hash"]),
                    da_commitment=optional(batch.get("da_commitment"), _number, None),
                )
                yield Batch(first - start, last - start, expected)


def _context(fields: Mapping[str, Node]) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: fields[name].number()
        for name in _NUMBERS
        if name in fields and fields[name].value is not None
    }
    values["coinbase"] = _address(fields["coinbase"])
    return values


def _protocol(members: Mapping[str, Node]) -> Protocol:
    node = members["protocol"]
    try:
        return Protocol(node.text())
    except ValueError:
        node.fail("unknown protocol")


def _names(node: Node) -> dict[bytes, SlotState]:
    """What keys of the tree stand for, with value 0."""
    names = {}
    for name, member in node.members().items():
        address, slot = _entries(member, 2)
        key = _bytes(member.renamed(name), _HASH_BYTES)
        if slot.value == "account":
            names[key] = SlotState(ACCOUNTS, _address(address), 0)
        else:
            names[key] = SlotState(_address(address), _slot(slot), 0)
    return names


def _slot(node: Node) -> int:
    """A slot, spelled as a number or as 32 bytes."""
    value = node.value
    if isinstance(value, str) and len(value) == 2 * _HASH_BYTES:
        return _number(node)
    return node.number()


def _leaf(
    key: bytes, value: int, names: Mapping[bytes, SlotState]
) -> SlotState | LeafState:
    name = names.get(key)
    if name is None:
        return LeafState(key, value)
    return SlotState(name.address, name.slot, value)


def _preimages(members: Mapping[str, Node]) -> tuple[bytes, ...]:
    return tuple(map(_bytes, members["preimages"].items()))


def _needed(
    preimages: tuple[bytes, ...], leaves: Mapping[bytes, int], block: Block
) -> Iterator[bytes]:
    """Those whose hash a leaf holds, or an account that is needed, or the block."""
    by_hash = {hashlib.blake2s(preimage).digest(): preimage for preimage in preimages}
    held = {value.to_bytes(_HASH_BYTES, "big") for value in leaves.values()}
    accounts = b"".join(
        by_hash[key]
        for key in sorted(held & by_hash.keys())
        if len(by_hash[key]) == ENCODED_BYTES
    )
    sent = b"".join(transaction.data for transaction in block.transactions)
    for key, preimage in by_hash.items():
        if key in held or key in accounts or key in sent:
            yield preimage


def _transaction(fields: Mapping[str, Node]) -> Transaction:
    if "encoded" in fields:
        return EncodedTransaction(_bytes(fields["encoded"]))
    sender = optional(fields.get("from"), _address, None)
    if _kind(fields) == _SERVICE:
        sender = _OPERATOR
    return RawTransaction(_bytes(fields["raw"]), sender)


def _kind(fields: Mapping[str, Node]) -> int:
    return fields["type"].number(8)


def _bare_receipt(node: Node) -> ExpectedTransaction:
    """The receipt of a block on a whole state: nothing of how it went."""
    fields = Fields(node)
    return ExpectedTransaction(
        status="invalid" if fields["rejected"].boolean() else None,
        gas_used=fields["gas_used"].number(),
        hash=_number(fields["hash"]),
        type=fields["type"].number(),
        sender=_address(fields["from"]),
    )


def _receipt(fields: Mapping[str, Node]) -> ExpectedTransaction:
    receipt = Fields(fields["expected"])
    created = receipt["contract_address"]
    return ExpectedTransaction(
        status=_STATUSES[receipt["status"].number(1)],
        gas_used=receipt["gas_used"].number(),
        logs=tuple(map(_log, receipt["events"].items())),
        hash=_number(fields["hash"]),
        type=_kind(fields),
        sender=optional(fields.get("from"), _address, None),
        created=0 if created.value is None else _address(created),
    )


def _log(node: Node) -> ExpectedLog:
    address, topics, data = _entries(node, 3)
    return ExpectedLog(
        _address(address), tuple(map(_number, topics.items())), _bytes(data)
    )


def _l1_logs(fields: Mapping[str, Node]) -> Iterator[ExpectedL1Log]:
    for node in Fields(fields["expected"])["l2_to_l1_logs"].items():
        log = _bytes(node, _LOG_BYTES)
        numbers = (
            int.from_bytes(log[start:end], "big")
            for start, end in ((2, 4), (4, 24), (24, 56), (56, 88))
        )
        yield ExpectedL1Log(*numbers)


def _entries(node: Node, count: int) -> list[Node]:
    """The entries of a list of exactly so many."""
    items = node.items()
    if len(items) != count:
        node.fail(f"{len(items)} entries, expected {count}")
    return items


def _bytes(node: Node, length: int | None = None) -> bytes:
    """Bytes spelled without 0x, of exactly `length` if given."""
    text = node.text()
    if not _HEX.fullmatch(text):
        node.fail("not hex")
    content = bytes.fromhex(text)
    if length is not None and len(content) != length:
        node.fail(f"{len(content)} bytes, expected {length}")
    return content


def _number(node: Node) -> int:
    """A big-endian number of 32 bytes spelled so."""
    return int.from_bytes(_bytes(node, _HASH_BYTES), "big")


def _address(node: Node) -> int:
    """An address spelled so."""
    return int.from_bytes(_bytes(node, _ADDRESS_BYTES), "big")
