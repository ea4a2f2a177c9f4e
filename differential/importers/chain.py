"""Blocks that real nodes have made, with what the nodes say they gave, as cases.

Two forms of JSON, hexadecimal without 0x: a single block on a whole state ("leaves"),
and a chain from its genesis ("chain"), of which each block says what it wrote. A chain
becomes one case, or one case a block on the state that was recorded before it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from differential.importers.logged_chain import is_logged, read_logged
from differential.importers.node_json import (
    HASH_BYTES,
    NUMBERS,
    STATUSES,
    Fields,
    address_of,
    data_of,
    entries,
    l1_logs_of,
    log_of,
    number_of,
    protocol_of,
    scheme_of,
)
from zkos.host.accounts import ENCODED_BYTES
from zkos.host.case import Block, Case, LeafState, SlotState
from zkos.host.case_reader import Node, optional
from zkos.host.context import BLOCK_HASHES, BlockContext, DataAvailability
from zkos.host.expected import (
    Batch,
    ExpectedBatch,
    ExpectedBlock,
    ExpectedTransaction,
)
from zkos.host.state import ACCOUNTS
from zkos.host.transactions import EncodedTransaction, RawTransaction, Transaction

_SERVICE: Final = 0x7D
_OPERATOR: Final = 0x8001
Tree = tuple[SlotState | LeafState, ...]


def is_chain(root: Node) -> bool:
    """Whether a JSON value has one of the forms."""
    value = root.value
    return isinstance(value, dict) and ("chain" in value or "leaves" in value)


def read_chain(
    root: Node, *, apart: bool = False, genesis: Node | None = None
) -> Iterator[tuple[str, Case]]:
    """The case or cases of a file, with what tells one from the others.

    `apart`: each block of a chain on the state recorded before it. `genesis`: the
    contracts a logged chain began with (`genesis.json` of a node). Raises CaseError.
    """
    if is_logged(root):
        yield from read_logged(root, genesis)
        return
    if genesis is not None:
        genesis.fail("only a logged chain needs it, one with a chain_config")
    members = Fields(root)
    if "chain" not in members:
        yield "", _single(members)
    elif apart:
        for case in _Chain(members).blocks_apart():
            yield f"_{case.blocks[0].context.block_number}", case
    else:
        yield "", _Chain(members).whole()


def _single(members: Mapping[str, Node]) -> Case:
    """A block on a whole state."""
    names = _names(members["keys"])
    context = Fields(members["block"])
    values = _context(context)
    values["block_hashes"] = tuple(map(number_of, context["block_hashes"].items()))
    values["last_block_timestamp"] = context["last_block_timestamp_before"].number()
    values["mix_hash"] = number_of(context["mix_hash"])
    expected = Fields(members["expected"])
    receipts = expected["txs"].items()
    sent = members["txs"].items()
    if len(sent) != len(receipts):
        expected["txs"].fail(f"{len(receipts)} receipts of {len(sent)} transactions")
    transactions = tuple(
        RawTransaction(
            data_of(Fields(node)["raw"]), address_of(Fields(receipt)["from"])
        )
        for node, receipt in zip(sent, receipts, strict=True)
    )
    block = Block(
        BlockContext(**values),
        transactions,
        expected=ExpectedBlock(
            state_root=number_of(expected["state_root_after"]),
            next_free_slot=expected["next_free_slot_after"].number(),
            block_hash=number_of(expected["block_hash"]),
            pubdata=data_of(expected["pubdata"]),
            transactions=tuple(map(_bare_receipt, receipts)),
            preimages=tuple(map(data_of, expected["new_preimages"].items())),
            root_before=number_of(expected["state_root_before"]),
            next_free_slot_before=expected["next_free_slot_before"].number(),
            state_commitment_before=number_of(expected["state_commitment_before"]),
            state_commitment=number_of(expected["state_commitment_after"]),
        ),
    )
    leaves = (entries(item, 2) for item in members["leaves"].items())
    return Case(
        (block,),
        tree=tuple(
            _leaf(data_of(key), number_of(value), names) for key, value in leaves
        ),
        preimages=_preimages(members),
        protocol=protocol_of(members["protocol"]),
        unlimited_native=members["unlimited_native"].boolean(),
    )


class _Chain:
    """A chain from its genesis, block 0, on."""

    def __init__(self, members: Mapping[str, Node]) -> None:
        self._names = _names(members["keys"])
        self._preimages = _preimages(members)
        self._protocol = protocol_of(members["protocol"])
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
            data_of(key): number_of(value)
            for key, value in (entries(item, 2) for item in expected["writes"].items())
        }
        for node in expected["new_leaves"].items():
            leaves[data_of(node)] = 0
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
            number_of(block["block_hash"]) for block in reversed(before)
        )
        previous = Fields(self._chain[number - 1]["block"])
        values["last_block_timestamp"] = previous["timestamp"].number()
        values["da"] = self._scheme(number)
        items = [Fields(item) for item in node["txs"].items()]
        return Block(
            BlockContext(**values),
            tuple(map(_transaction, items)),
            expected=ExpectedBlock(
                state_root=number_of(expected["state_root_after"]),
                next_free_slot=expected["next_free_slot_after"].number(),
                block_hash=number_of(expected["block_hash"]),
                pubdata=optional(expected.get("pubdata"), data_of, None),
                transactions=tuple(map(_receipt, items)),
                l1_logs=tuple(log for item in items for log in l1_logs_of(item)),
            ),
        )

    def _scheme(self, number: int) -> DataAvailability:
        """How the batch of a block is published; keccak if nobody knows."""
        for batch in self._batches:
            first, last = (item.number() for item in entries(batch["blocks"], 2))
            if first <= number <= last:
                return scheme_of(batch["da_commitment_scheme"])
        return DataAvailability.KECCAK

    def _batches_of(self, start: int, end: int) -> Iterator[Batch]:
        """The batches within these blocks, by position among them."""
        for batch in self._batches:
            first, last = (item.number() for item in entries(batch["blocks"], 2))
            if start <= first and last <= end:
                expected = ExpectedBatch(
                    public_input=optional(
                        batch.get("public_input_derived"), data_of, None
                    ),
                    state_commitment=number_of(batch["state_commitment"]),
                    batch_output_hash=number_of(batch["batch_output_hash"]),
                    logs_root=number_of(batch["l2_to_l1_logs_root_hash"]),
                    da_commitment=optional(batch.get("da_commitment"), number_of, None),
                )
                yield Batch(first - start, last - start, expected)


def _context(fields: Mapping[str, Node]) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: fields[name].number()
        for name in NUMBERS
        if name in fields and fields[name].value is not None
    }
    values["coinbase"] = address_of(fields["coinbase"])
    return values


def _names(node: Node) -> dict[bytes, SlotState]:
    """What keys of the tree stand for, with value 0."""
    names = {}
    for name, member in node.members().items():
        address, slot = entries(member, 2)
        key = data_of(member.renamed(name), HASH_BYTES)
        if slot.value == "account":
            names[key] = SlotState(ACCOUNTS, address_of(address), 0)
        else:
            names[key] = SlotState(address_of(address), _slot(slot), 0)
    return names


def _slot(node: Node) -> int:
    """A slot, spelled as a number or as 32 bytes."""
    value = node.value
    if isinstance(value, str) and len(value) == 2 * HASH_BYTES:
        return number_of(node)
    return node.number()


def _leaf(
    key: bytes, value: int, names: Mapping[bytes, SlotState]
) -> SlotState | LeafState:
    name = names.get(key)
    if name is None:
        return LeafState(key, value)
    return SlotState(name.address, name.slot, value)


def _preimages(members: Mapping[str, Node]) -> tuple[bytes, ...]:
    return tuple(map(data_of, members["preimages"].items()))


def _needed(
    preimages: tuple[bytes, ...], leaves: Mapping[bytes, int], block: Block
) -> Iterator[bytes]:
    """Those whose hash a leaf holds, or an account that is needed, or the block."""
    by_hash = {hashlib.blake2s(preimage).digest(): preimage for preimage in preimages}
    held = {value.to_bytes(HASH_BYTES, "big") for value in leaves.values()}
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
        return EncodedTransaction(data_of(fields["encoded"]))
    sender = optional(fields.get("from"), address_of, None)
    if _kind(fields) == _SERVICE:
        sender = _OPERATOR
    return RawTransaction(data_of(fields["raw"]), sender)


def _kind(fields: Mapping[str, Node]) -> int:
    return fields["type"].number(8)


def _bare_receipt(node: Node) -> ExpectedTransaction:
    """The receipt of a block on a whole state: nothing of how it went."""
    fields = Fields(node)
    return ExpectedTransaction(
        status="invalid" if fields["rejected"].boolean() else None,
        gas_used=fields["gas_used"].number(),
        hash=number_of(fields["hash"]),
        type=fields["type"].number(),
        sender=address_of(fields["from"]),
    )


def _receipt(fields: Mapping[str, Node]) -> ExpectedTransaction:
    receipt = Fields(fields["expected"])
    created = receipt["contract_address"]
    return ExpectedTransaction(
        status=STATUSES[receipt["status"].number(1)],
        gas_used=receipt["gas_used"].number(),
        logs=tuple(map(log_of, receipt["events"].items())),
        hash=number_of(fields["hash"]),
        type=_kind(fields),
        sender=optional(fields.get("from"), address_of, None),
        created=0 if created.value is None else address_of(created),
    )
