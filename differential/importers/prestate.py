"""Blocks of a live chain, from what an archive node answers about them.

`eth_getBlockByNumber` gives context and transactions; `debug_traceBlockByNumber` with
the prestate tracer gives, for each transaction, what it touches as it was just before;
the same tracer in diff mode tells which of that an earlier transaction made.
"""

from dataclasses import replace
from pathlib import Path
from typing import Final

from zkos.host.accounts import delegate_of
from zkos.host.case import AccountState, Block, Case
from zkos.host.case_reader import Node, optional, read_json
from zkos.host.context import BlockContext
from zkos.host.rlp import Encodable
from zkos.host.rlp import encode as encode_rlp
from zkos.host.transactions import RawTransaction

MAINNET: Final = 1
_LEGACY: Final = 0
_LEGACY_ITEMS: Final = ("nonce", "gasPrice", "gas", "to", "value", "input")
_ITEMS: Final[dict[int, tuple[str, ...]]] = {
    1: ("chainId", *_LEGACY_ITEMS, "accessList"),
    2: (
        "chainId",
        "nonce",
        "maxPriorityFeePerGas",
        "maxFeePerGas",
        *_LEGACY_ITEMS[2:],
        "accessList",
    ),
}
_ITEMS[4] = (*_ITEMS[2], "authorizationList")


def read_chain_block(
    block: Path, prestate: Path, diffs: Path, chain_id: int = MAINNET
) -> Case:
    """The block and the state it needs, as a case; raises CaseError.

    Only the parent's hash is known of the blocks before.
    """
    header = _result(read_json(block)).members()
    context = BlockContext(
        chain_id=chain_id,
        block_number=header["number"].number(64),
        timestamp=header["timestamp"].number(64),
        eip1559_basefee=header["baseFeePerGas"].number(),
        coinbase=header["miner"].address(),
        gas_limit=header["gasLimit"].number(64),
        mix_hash=header["mixHash"].number(),
        block_hashes=(header["parentHash"].number(),),
    )
    transactions = tuple(
        RawTransaction(encode_transaction(node))
        for node in header["transactions"].items()
    )
    accounts = state_before(_result(read_json(prestate)), _result(read_json(diffs)))
    return Case((Block(context, transactions),), accounts)


def _result(answer: Node) -> Node:
    """The result of a JSON-RPC answer, or the value itself if it is none."""
    members = answer.value if isinstance(answer.value, dict) else {}
    if "result" in members:
        return answer.members()["result"]
    if "error" in members:
        answer.fail(f"the node answered with an error: {members['error']}")
    return answer


def state_before(prestate: Node, diffs: Node) -> tuple[AccountState, ...]:
    """What a block finds: the first value seen of everything it did not make itself."""
    accounts: dict[int, AccountState] = {}
    storage: dict[int, dict[int, int]] = {}
    made: set[tuple[int, int | None]] = set()
    traces, changes = prestate.items(), diffs.items()
    if len(traces) != len(changes):
        diffs.fail(f"{len(changes)} transactions, the other trace has {len(traces)}")
    for trace, change in zip(traces, changes, strict=True):
        for name, node in _result(trace).members().items():
            address = node.renamed(name).address()
            fields = node.members()
            if address not in accounts:
                before = AccountState(address)
                if (address, None) not in made:
                    before = _account(address, fields)
                accounts[address] = before
            seen = storage.setdefault(address, {})
            for key, value in optional(fields.get("storage"), Node.members, {}).items():
                slot = value.renamed(key).number()
                if slot not in seen and (address, slot) not in made:
                    seen[slot] = value.number()
        made |= _written(_result(change).members()["post"])
    return tuple(
        replace(account, storage=tuple(storage[address].items()))
        for address, account in accounts.items()
    )


def _account(address: int, fields: dict[str, Node]) -> AccountState:
    code = optional(fields.get("code"), Node.data, b"")
    delegate = delegate_of(code)
    return AccountState(
        address,
        balance=optional(fields.get("balance"), Node.number, 0),
        nonce=optional(fields.get("nonce"), lambda node: node.number(64), 0),
        code=b"" if delegate is not None else code,
        delegate=delegate,
    )


def _written(post: Node) -> set[tuple[int, int | None]]:
    """Accounts and slots that a transaction wrote."""
    written: set[tuple[int, int | None]] = set()
    for name, node in post.members().items():
        address = node.renamed(name).address()
        written.add((address, None))
        for key in optional(node.members().get("storage"), Node.members, {}):
            written.add((address, node.renamed(key).number()))
    return written


def encode_transaction(node: Node) -> bytes:
    """The signed envelope of a transaction object; raises CaseError."""
    fields = node.members()
    kind = optional(fields.get("type"), lambda item: item.number(8), _LEGACY)
    if kind == _LEGACY:
        items = [_item(name, fields, node) for name in (*_LEGACY_ITEMS, "v")]
    elif kind in _ITEMS:
        items = [_item(name, fields, node) for name in _ITEMS[kind]]
        parity = "yParity" if "yParity" in fields else "v"
        items.append(_item(parity, fields, node))
    else:
        node.fail(f"ZKsync OS has no transactions of type {kind}")
    signed = [*items, fields["r"].number(), fields["s"].number()]
    envelope = encode_rlp(signed)
    return envelope if kind == _LEGACY else bytes([kind]) + envelope


def _item(name: str, fields: dict[str, Node], place: Node) -> Encodable:
    if name not in fields:
        place.fail(f"field {name} is missing")
    node = fields[name]
    match name:
        case "to":
            return b"" if node.value is None else node.data(20)
        case "input":
            return node.data()
        case "accessList":
            return [_entry(item) for item in node.items()]
        case "authorizationList":
            return [_authorization(item) for item in node.items()]
        case _:
            return node.number()


def _authorization(node: Node) -> Encodable:
    fields = node.members()
    parity = "yParity" if "yParity" in fields else "v"
    items: list[Encodable] = [fields["chainId"].number(), fields["address"].data(20)]
    return [*items, *(fields[name].number() for name in ("nonce", parity, "r", "s"))]


def _entry(node: Node) -> Encodable:
    fields = node.members()
    keys: list[Encodable] = [key.data(32) for key in fields["storageKeys"].items()]
    return [fields["address"].data(20), keys]
