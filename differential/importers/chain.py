"""Blocks that real nodes have made, with what the nodes say they gave, as cases.

Two forms of JSON, hexadecimal without 0x: a single block on a whole state ("leaves"),
and a chain from its genesis ("chain"), of which each block says what it wrote. A chain
becomes one case, or one case a block on the state that was recorded before it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from differential.importers.logged_chain import is_logged, read_logged
from zkos.host.case import Block, Case, LeafState, SlotState
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
Tree = tuple[SlotState | LeafState, ...]


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
    members = root.members()
    if "chain" not in members:
        yield _single(members)
    elif apart:
        yield from _Chain(members).blocks_apart()
    else:
        yield _Chain(members).whole()


def _single(members: Mapping[str, Node]) -> Case:
    """A block on a whole state."""
    names = _names(members["keys"])
    context = members["block"].members()
    values = _context(context)
    values["block_hashes"] = tuple(map(_number, context["block_hashes"].items()))
    values["last_block_timestamp"] = context["last_block_timestamp_before"].number()
    values["mix_hash"] = _number(context["mix_hash"])
    expected = members["expected"].members()
    receipts = expected["txs"].items()
    transactions = tuple(
        RawTransaction(
            _bytes(node.members()["raw"]), _number(receipt.members()["from"])
        )
        for node, receipt in zip(members["txs"].items(), receipts, strict=True)
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
    leaves = (item.items() for item in members["leaves"].items())
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
        self._chain = [node.members() for node in members["chain"].items()]
        self._batches = [node.members() for node in members["batches"].items()]
        self._expected = [block["expected"].members() for block in self._chain]

    def whole(self) -> Case:
        """All blocks after the genesis."""
        numbers = range(1, len(self._chain))
        return self._case(self._tree({}, 0), numbers)

    def blocks_apart(self) -> Iterator[Case]:
        """Each block on the state recorded before it."""
        leaves: dict[bytes, int] = {}
        for number in range(1, len(self._chain)):
            tree = self._tree(leaves, number - 1)
            yield self._case(tree, range(number, number + 1))

    def _tree(self, leaves: dict[bytes, int], number: int) -> Tree:
        """The tree once a block has written to `leaves`, which is changed."""
        expected = self._expected[number]
        written = {
            _bytes(key): _number(value)
            for key, value in (item.items() for item in expected["writes"].items())
        }
        for node in expected["new_leaves"].items():
            leaves[_bytes(node)] = 0
        leaves.update(written)
        return tuple(_leaf(key, value, self._names) for key, value in leaves.items())

    def _case(self, tree: Tree, numbers: range) -> Case:
        ends = numbers[0], numbers[-1]
        return Case(
            tuple(self._block(number) for number in numbers),
            tree=tree,
            preimages=self._preimages,
            protocol=self._protocol,
            batches=tuple(self._batches_of(*ends)),
        )

    def _block(self, number: int) -> Block:
        """A block; past hashes and times are those of the chain."""
        node, expected = self._chain[number], self._expected[number]
        before = self._expected[:number]
        values = _context(node["block"].members())
        values["block_hashes"] = tuple(
            _number(block["block_hash"]) for block in reversed(before)
        )
        previous = self._chain[number - 1]["block"].members()
        values["last_block_timestamp"] = previous["timestamp"].number()
        values["da"] = self._scheme(number)
        items = [item.members() for item in node["txs"].items()]
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
            first, last = (item.number() for item in batch["blocks"].items())
            if first <= number <= last:
                scheme = batch["da_commitment_scheme"]
                if scheme.number() not in _SCHEMES:
                    scheme.fail("no way of publishing")
                return _SCHEMES[scheme.number()]
        return DataAvailability.KECCAK

    def _batches_of(self, start: int, end: int) -> Iterator[Batch]:
        """The batches within these blocks, by position among them."""
        for batch in self._batches:
            first, last = (item.number() for item in batch["blocks"].items())
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
    values["coinbase"] = _number(fields["coinbase"])
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
    for key, member in node.members().items():
        address, slot = member.items()
        if slot.value == "account":
            names[bytes.fromhex(key)] = SlotState(ACCOUNTS, _number(address), 0)
        else:
            names[bytes.fromhex(key)] = SlotState(_number(address), _slot(slot), 0)
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


def _transaction(fields: Mapping[str, Node]) -> Transaction:
    if "encoded" in fields:
        return EncodedTransaction(_bytes(fields["encoded"]))
    sender = optional(fields.get("from"), _number, None)
    if _kind(fields) == _SERVICE:
        sender = _OPERATOR
    return RawTransaction(_bytes(fields["raw"]), sender)


def _kind(fields: Mapping[str, Node]) -> int:
    return fields["type"].number(8)


def _bare_receipt(node: Node) -> ExpectedTransaction:
    """The receipt of a block on a whole state: nothing of how it went."""
    fields = node.members()
    return ExpectedTransaction(
        status="invalid" if fields["rejected"].boolean() else None,
        gas_used=fields["gas_used"].number(),
        hash=_number(fields["hash"]),
        type=fields["type"].number(),
        sender=_number(fields["from"]),
    )


def _receipt(fields: Mapping[str, Node]) -> ExpectedTransaction:
    receipt = fields["expected"].members()
    created = receipt["contract_address"]
    return ExpectedTransaction(
        status=_STATUSES[receipt["status"].number(1)],
        gas_used=receipt["gas_used"].number(),
        logs=tuple(map(_log, receipt["events"].items())),
        hash=_number(fields["hash"]),
        type=_kind(fields),
        sender=optional(fields.get("from"), _number, None),
        created=0 if created.value is None else _number(created),
    )


def _log(node: Node) -> ExpectedLog:
    address, topics, data = node.items()
    return ExpectedLog(
        _number(address), tuple(map(_number, topics.items())), _bytes(data)
    )


def _l1_logs(fields: Mapping[str, Node]) -> Iterator[ExpectedL1Log]:
    for node in fields["expected"].members()["l2_to_l1_logs"].items():
        log = _bytes(node)
        numbers = (
            int.from_bytes(log[start:end], "big")
            for start, end in ((2, 4), (4, 24), (24, 56), (56, 88))
        )
        yield ExpectedL1Log(*numbers)


def _bytes(node: Node) -> bytes:
    """Bytes spelled without 0x."""
    try:
        return bytes.fromhex(node.text())
    except ValueError:
        node.fail("not hex")


def _number(node: Node) -> int:
    """A big-endian number spelled so."""
    return int.from_bytes(_bytes(node), "big")
