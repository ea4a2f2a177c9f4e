"""Blocks of Ethereum with their witness: files in the format `zkos-ethereum-blocks/1`.

Fields are as in Ethereum's JSON-RPC. A file is one block or a chain; each block is
complete in itself. Where a witness is missing the whole state before (`alloc`) and the
`headers` of ancestors, or the `parent_header` alone, serve as well.
"""

from pathlib import Path

from differential.ethereum.blocks import Account, KnownBlock
from differential.ethereum.changes import changes
from differential.ethereum.files import instance_of
from differential.ethereum.states import witness_of
from differential.ethereum.writing import FORMAT
from differential.outcome import (
    Detail,
    Log,
    Outcome,
    Result,
    TransactionOutcome,
    TransactionStatus,
)
from zkos.host.case_reader import Node, read_json
from zkos.host.ethereum.block import EthereumBlock, Witness
from zkos.host.ethereum.headers import FIELDS, read_header
from zkos.host.rlp import RlpError, decode
from zkos.versions import Fork, Instance


def load_blocks(path: Path) -> list[KnownBlock]:
    """All blocks of a file, in order; raises CaseError."""
    return read_blocks(read_json(path), str(path))


def read_blocks(root: Node, name: str) -> list[KnownBlock]:
    """All blocks of what a file holds; raises CaseError."""
    fields = root.members()
    _need(root, fields, "format", "fork", "blocks")
    if fields["format"].text() != FORMAT:
        fields["format"].fail(f"expected {FORMAT}")
    if instance_of(root) is not Instance.ETHEREUM:
        fields["instance"].fail("blocks of this format are of instance ethereum")
    fork = read_fork(fields["fork"])
    blocks = fields["blocks"].items()
    if not blocks:
        fields["blocks"].fail("there is no block")
    return [
        _block(node, fork, f"{name}[{index}]" if len(blocks) > 1 else name)
        for index, node in enumerate(blocks)
    ]


def read_fork(node: Node) -> Fork:
    """A fork by its name."""
    known = {fork.value: fork for fork in Fork}
    name = node.text().lower()
    if name not in known:
        node.fail(f"no fork {name!r}: there is {', '.join(known)}")
    return known[name]


def read_witness(node: Node) -> Witness:
    """The answer of `debug_executionWitness`; headers oldest first."""
    fields = node.members()
    _need(node, fields, "state", "codes", "headers")
    return Witness(
        tuple(item.data() for item in fields["state"].items()),
        tuple(item.data() for item in fields["codes"].items()),
        _headers(fields["headers"]),
    )


def _headers(node: Node) -> tuple[bytes, ...]:
    headers = tuple(_header(item) for item in node.items())
    if not headers:
        node.fail("the header of the parent is missing")
    return headers


def _header(node: Node) -> bytes:
    data = node.data()
    try:
        item = decode(data)
    except RlpError as error:
        node.fail(f"no header: {error}")
    if isinstance(item, bytes) or len(item) != len(FIELDS):
        node.fail(f"no header: not a list of {len(FIELDS)} fields")
    return data


def _need(node: Node, fields: dict[str, Node], *names: str) -> None:
    for name in names:
        if name not in fields:
            node.fail(f"the field {name} is missing")


def _block(node: Node, fork: Fork, name: str) -> KnownBlock:
    fields = node.members()
    _need(node, fields, "block")
    parts = fields["block"].members()
    _need(fields["block"], parts, "header_rlp", "transactions", "withdrawals_rlp")
    complete = "alloc_complete" not in fields or fields["alloc_complete"].boolean()
    before = None
    if "alloc" in fields and complete:
        before = _state(fields["alloc"])
    block = EthereumBlock(
        fork,
        parts["header_rlp"].data(),
        tuple(_transaction(item) for item in parts["transactions"].items()),
        parts["withdrawals_rlp"].data(),
        _witness(node, fields, before),
    )
    if "expected" not in fields:
        return KnownBlock(name, block, before)
    expected = fields["expected"].members()
    _need(fields["expected"], expected, "block_hash", "state_root", "receipts", "post")
    receipts = expected["receipts"].items()
    after = _after(expected["post"])
    return KnownBlock(
        name,
        block,
        before,
        Outcome(
            Result.SUCCESS,
            state_root=int.from_bytes(expected["state_root"].data(32), "big"),
            block_hash=int.from_bytes(expected["block_hash"].data(32), "big"),
            transactions=tuple(_receipt(item) for item in receipts),
            detail=Detail() if before is None else changes(before, after),
        ),
        after,
        tuple(item.members()["rlp"].data() for item in receipts),
    )


def _transaction(node: Node) -> bytes:
    data = node.data()
    if not data:
        node.fail("an empty transaction")
    return data


def _witness(
    node: Node, fields: dict[str, Node], before: dict[int, Account] | None
) -> Witness:
    """The witness that is there, or one of all that the state before holds."""
    if "witness" in fields:
        return read_witness(fields["witness"])
    if before is None:
        node.fail("neither a witness nor a complete alloc")
    if "headers" in fields:
        return witness_of(before, _headers(fields["headers"]))
    _need(node, fields, "parent_header")
    return witness_of(before, (read_header(fields["parent_header"]),))


def _state(node: Node) -> dict[int, Account]:
    return {
        node.renamed(address).address(): _account(item)
        for address, item in node.members().items()
    }


def _after(node: Node) -> dict[int, Account | None]:
    return {
        node.renamed(address).address(): None if item.value is None else _account(item)
        for address, item in node.members().items()
    }


def _account(node: Node) -> Account:
    fields = node.members()
    _need(node, fields, "nonce", "balance", "code", "storage")
    storage = fields["storage"]
    return Account(
        fields["nonce"].number(64),
        fields["balance"].number(),
        b"" if fields["code"].value is None else fields["code"].data(),
        {
            storage.renamed(key).number(): value.number()
            for key, value in storage.members().items()
        },
    )


def _receipt(node: Node) -> TransactionOutcome:
    fields = node.members()
    _need(node, fields, "status", "gasUsed", "logs", "transactionHash", "type", "from")
    success = fields["status"].number(8) == 1
    created = fields.get("contractAddress")
    has_created = success and created is not None and created.value is not None
    return TransactionOutcome(
        TransactionStatus.SUCCESS if success else TransactionStatus.REVERTED,
        reason=None,
        gas_used=fields["gasUsed"].number(64),
        logs=tuple(_log(item) for item in fields["logs"].items()),
        hash=int.from_bytes(fields["transactionHash"].data(32), "big"),
        type_byte=fields["type"].number(8),
        sender=fields["from"].address(),
        created=created.address() if has_created and created is not None else 0,
    )


def _log(node: Node) -> Log:
    fields = node.members()
    _need(node, fields, "address", "topics", "data")
    return Log(
        fields["address"].address(),
        tuple(
            int.from_bytes(item.data(32), "big") for item in fields["topics"].items()
        ),
        fields["data"].data(),
    )
