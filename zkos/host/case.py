"""A case: a state before and blocks to run on it, in the published JSON format.

`load_case` and `save_case` are inverse: whatever is read is written with the same
meaning and order. Errors of the input are CaseError and name file and field.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zkos.host.case_errors import CaseError
from zkos.host.case_expected import read_batches, read_expected
from zkos.host.case_reader import Node, optional, read_json
from zkos.host.case_transactions import read_transaction
from zkos.host.context import BLOCK_HASHES, BlockContext, DataAvailability
from zkos.host.delivery import deliver
from zkos.host.edits import AnswerEdit
from zkos.host.expected import Batch, ExpectedBlock
from zkos.host.state import ACCOUNTS, Slot
from zkos.host.transactions import Transaction, TransactionError
from zkos.versions import Instance, Protocol


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account before the first block."""

    address: int
    balance: int = 0
    nonce: int = 0
    code: bytes = b""
    deployed_empty: bool = False
    """Deployed with empty code: versioning and hashes are set all the same."""
    code_version: int = 1
    """0: the code is stored without a jump map."""
    delegate: int | None = None
    """Whose code it runs instead of its own (EIP-7702)."""
    force: bool = False
    """A tree leaf even if all properties are zero."""
    storage: tuple[tuple[int, int], ...] = ()
    """Slots and values in leaf order; a zero value makes a leaf."""


@dataclass(frozen=True, slots=True)
class SlotState:
    """A raw storage slot before the first block."""

    address: int
    slot: int
    value: int


@dataclass(frozen=True, slots=True)
class LeafState:
    """A leaf whose slot nobody knows, only its key in the tree."""

    key: bytes
    value: int


@dataclass(frozen=True, slots=True)
class Block:
    """A block to run: its context and transactions."""

    context: BlockContext
    transactions: tuple[Transaction, ...] = ()
    edits: tuple[AnswerEdit, ...] = ()
    """Where the host lies."""
    protocol: Protocol | None = None
    """From this block on; None: as before."""
    expected: ExpectedBlock | None = None
    """What it must give, known from elsewhere."""


@dataclass(frozen=True, slots=True)
class Case:
    """A state and the blocks that follow each other on it."""

    blocks: tuple[Block, ...]
    accounts: tuple[AccountState, ...] = ()
    """Leaves in this order; excludes `sequence`."""
    sequence: tuple[AccountState | SlotState, ...] = ()
    """Leaves in exactly this order."""
    leaves: tuple[SlotState, ...] = ()
    """Raw slots after those."""
    tree: tuple[SlotState | LeafState, ...] = ()
    """Leaves before all others, as they lie in a tree that somebody else made."""
    preimages: tuple[bytes, ...] = ()
    """Further known preimages, found by their blake2s hash."""
    protocol: Protocol | None = None
    """None: whatever a run has by default."""
    batch: bool = False
    """The blocks are also one batch."""
    batches: tuple[Batch, ...] = ()
    """Batches of some of the blocks."""
    unlimited_native: bool = False
    """Native resources are without limit, whatever a run says."""

    def protocol_at(self, index: int) -> Protocol | None:
        """The protocol of a block; None: whatever a run has by default."""
        for block in reversed(self.blocks[: index + 1]):
            if block.protocol is not None:
                return block.protocol
        return self.protocol

    @property
    def leaf_order(self) -> tuple[AccountState | SlotState, ...]:
        """All that makes leaves after those of `tree`, in order."""
        return self.accounts + self.sequence + self.leaves


_NUMBER_BITS = {
    "chain_id": 64,
    "block_number": 64,
    "timestamp": 64,
    "eip1559_basefee": 256,
    "pubdata_price": 256,
    "native_price": 256,
    "gas_limit": 64,
    "pubdata_limit": 64,
    "last_block_timestamp": 64,
    "mix_hash": 256,
    "blob_fee": 256,
    "max_tx_gas_limit": 64,
}
FORMAT = 1
"""The version of the format; a case may say it."""
_BLOCK_FIELDS = ("block", "txs", "oracle", "expected")
_ACCOUNT_FIELDS = (
    "balance",
    "nonce",
    "code",
    "deployed_empty",
    "code_version",
    "delegate",
    "force",
)


def load_case(path: Path) -> Case:
    """Read a case file, gzipped if named so; raises CaseError."""
    return read_case(read_json(path))


def parse_case(value: Any, source: str) -> Case:
    """A case from parsed JSON; `source` names it in a CaseError."""
    return read_case(Node(source, "", value))


def read_case(root: Node) -> Case:
    """A case from a JSON node; raises CaseError."""
    state = ("accounts", "sequence", "leaves", "tree", "preimages")
    head = ("format", "instance", "protocol", "batch", "batches", "unlimited_native")
    fields = root.fields((*head, *_BLOCK_FIELDS, *state, "then"))
    if "format" in fields and fields["format"].number() != FORMAT:
        fields["format"].fail(f"only format {FORMAT} is known")
    if "instance" in fields and fields["instance"].text() != Instance.ZK.value:
        fields["instance"].fail(f"a case is of instance {Instance.ZK.value}")
    if "block" not in fields:
        root.fail("not a case: field block is missing")
    blocks = (_read_block(fields), *optional(fields.get("then"), _read_then, ()))
    case = Case(
        blocks=blocks,
        accounts=optional(fields.get("accounts"), _read_accounts, ()),
        sequence=optional(fields.get("sequence"), _read_sequence, ()),
        leaves=optional(fields.get("leaves"), _read_leaves, ()),
        tree=optional(fields.get("tree"), _read_tree, ()),
        preimages=optional(fields.get("preimages"), _read_preimages, ()),
        protocol=optional(fields.get("protocol"), _read_protocol, None),
        batch=optional(fields.get("batch"), Node.boolean, False),
        batches=optional(
            fields.get("batches"), lambda node: read_batches(node, len(blocks)), ()
        ),
        unlimited_native=optional(fields.get("unlimited_native"), Node.boolean, False),
    )
    if case.accounts and case.sequence:
        fields["sequence"].fail("given together with accounts")
    _refuse_double_leaves(root, case)
    return case


def _read_protocol(node: Node) -> Protocol:
    try:
        return Protocol(node.text())
    except ValueError:
        known = ", ".join(item.value for item in Protocol)
        node.fail(f"unknown protocol, expected one of {known}")


def _read_block(fields: dict[str, Node]) -> Block:
    context = _read_context(fields["block"])
    transactions = []
    for node in fields["txs"].items() if "txs" in fields else ():
        transaction = read_transaction(node)
        try:
            deliver(transaction, context.chain_id)
        except TransactionError as error:
            place = f"{node.path}.{error.field}"
            raise CaseError(node.source, place, error.reason) from error
        transactions.append(transaction)
    return Block(
        context,
        tuple(transactions),
        optional(fields.get("oracle"), _read_edits, ()),
        expected=optional(fields.get("expected"), read_expected, None),
    )


def _read_edits(node: Node) -> tuple[AnswerEdit, ...]:
    edits = []
    for entry in node.items():
        fields = entry.fields(("answer", "response", "word", "value"))
        whole = "response" in fields
        wanted = ("answer",) if whole else ("answer", "word", "value")
        for name in wanted:
            if name not in fields:
                entry.fail(f"field {name} is missing")
        if whole and len(fields) > len(wanted) + 1:
            entry.fail("response stands alone: word and value are for one word")
        values = {name: fields[name].number(32) for name in wanted}
        response = fields["response"].data() if whole else None
        if response is not None and len(response) % 4:
            fields["response"].fail("not a whole number of 32-bit words")
        edits.append(AnswerEdit(response=response, **values))
    return tuple(edits)


def _read_then(node: Node) -> tuple[Block, ...]:
    blocks = []
    for entry in node.items():
        fields = entry.fields((*_BLOCK_FIELDS, "accounts", "protocol"))
        if "block" not in fields:
            entry.fail("field block is missing")
        if "accounts" in fields and fields["accounts"].members():
            fields["accounts"].fail("only the first block has a state before")
        protocol = optional(fields.get("protocol"), _read_protocol, None)
        blocks.append(replace(_read_block(fields), protocol=protocol))
    return tuple(blocks)


def _read_context(node: Node) -> BlockContext:
    fields = node.fields(
        (*_NUMBER_BITS, "proves_fri", "coinbase", "block_hashes", "da")
    )
    values: dict[str, Any] = {
        name: fields[name].number(bits)
        for name, bits in _NUMBER_BITS.items()
        if name in fields
    }
    if "proves_fri" in fields:
        values["proves_fri"] = fields["proves_fri"].boolean()
    if "coinbase" in fields:
        values["coinbase"] = fields["coinbase"].address()
    if "block_hashes" in fields:
        hashes = fields["block_hashes"].items(BLOCK_HASHES)
        values["block_hashes"] = tuple(item.number() for item in hashes)
    if "da" in fields:
        values["da"] = _read_da(fields["da"])
    return BlockContext(**values)


def _read_da(node: Node) -> DataAvailability:
    try:
        return DataAvailability(node.text())
    except ValueError:
        known = ", ".join(item.value for item in DataAvailability)
        node.fail(f"unknown data availability, expected one of {known}")


def _read_accounts(node: Node) -> tuple[AccountState, ...]:
    accounts = []
    for name, member in node.members().items():
        address = member.renamed(name).address()
        fields = member.fields((*_ACCOUNT_FIELDS, "storage"))
        accounts.append(_read_account(address, fields))
    return tuple(accounts)


def _read_account(address: int, fields: dict[str, Node]) -> AccountState:
    account = AccountState(
        address=address,
        balance=optional(fields.get("balance"), Node.number, 0),
        nonce=optional(fields.get("nonce"), lambda node: node.number(64), 0),
        code=optional(fields.get("code"), Node.data, b""),
        deployed_empty=optional(fields.get("deployed_empty"), Node.boolean, False),
        code_version=optional(fields.get("code_version"), _read_code_version, 1),
        delegate=optional(fields.get("delegate"), Node.address, None),
        force=optional(fields.get("force"), Node.boolean, False),
        storage=optional(fields.get("storage"), _read_storage, ()),
    )
    if account.deployed_empty and account.code:
        fields["deployed_empty"].fail("true for an account with code")
    if account.delegate is not None and (account.code or account.deployed_empty):
        fields["delegate"].fail("given for an account with code of its own")
    if "code_version" in fields and not (account.code or account.deployed_empty):
        fields["code_version"].fail("given for an account without code")
    return account


def _read_code_version(node: Node) -> int:
    version = node.number()
    if version > 1:
        node.fail("expected 0 or 1")
    return version


def _read_storage(node: Node) -> tuple[tuple[int, int], ...]:
    return tuple(
        (member.renamed(name).number(), member.number())
        for name, member in node.members().items()
    )


def _read_sequence(node: Node) -> tuple[AccountState | SlotState, ...]:
    entries: list[AccountState | SlotState] = []
    for entry in node.items():
        if isinstance(entry.value, list):
            entries.append(_read_slot(entry))
            continue
        fields = entry.fields(("account", *_ACCOUNT_FIELDS))
        if "account" not in fields:
            entry.fail("field account is missing")
        entries.append(_read_account(fields["account"].address(), fields))
    return tuple(entries)


def _read_leaves(node: Node) -> tuple[SlotState, ...]:
    return tuple(_read_slot(entry) for entry in node.items())


def _read_tree(node: Node) -> tuple[SlotState | LeafState, ...]:
    return tuple(_read_leaf(entry) for entry in node.items())


def _read_leaf(node: Node) -> SlotState | LeafState:
    items = node.items()
    if len(items) != 2:
        return _read_slot(node)
    key, value = items
    return LeafState(key.data(32), value.number())


def _read_slot(node: Node) -> SlotState:
    items = node.items()
    if len(items) != 3:
        node.fail("expected [address, slot, value]")
    address, slot, value = items
    return SlotState(address.address(), slot.number(), value.number())


def _read_preimages(node: Node) -> tuple[bytes, ...]:
    return tuple(entry.data() for entry in node.items())


def _refuse_double_leaves(root: Node, case: Case) -> None:
    """A flat key can have one leaf only."""
    seen = set()
    tree = set()
    for leaf in case.tree:
        key = leaf.key if isinstance(leaf, LeafState) else _flat_key(leaf)
        if key in tree:
            raise CaseError(root.source, "tree", f"leaf 0x{key.hex()} given twice")
        tree.add(key)
    for entry in case.leaf_order:
        keys: list[tuple[int, int | None]]
        if isinstance(entry, SlotState):
            keys = [(entry.address, entry.slot)]
        else:
            slots = [(entry.address, slot) for slot, _ in entry.storage]
            keys = [(entry.address, None), *slots]
        for place in keys:
            if place in seen or (tree and _place_key(*place) in tree):
                what = "account" if place[1] is None else f"slot {place[1]:#x} of"
                text = f"{what} {place[0]:#042x} given twice"
                raise CaseError(root.source, "", text)
            seen.add(place)


def _place_key(address: int, slot: int | None) -> bytes:
    """The key in the tree of an account or a slot."""
    return (Slot(ACCOUNTS, address) if slot is None else Slot(address, slot)).flat_key()


def _flat_key(leaf: SlotState) -> bytes:
    return Slot(leaf.address, leaf.slot).flat_key()
