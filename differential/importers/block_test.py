"""Blockchain tests of the Ethereum test suite and of EEST, as chains of ours.

Blocks the suite expects to be refused, and those of side chains, are left out. Uncles,
which ZKsync OS has no place for, are a CaseError; withdrawals are told; headers are not
checked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from differential.importers.state_test import CHAIN_ID, FORKS, read_accounts
from differential.known import (
    BLOCK_GAS_LIMIT,
    FORK,
    NO_BLOB_TRANSACTIONS,
    NO_SYSTEM_CALLS,
    NO_WITHDRAWALS,
)
from zkos.host.case import Block, Case
from zkos.host.case_errors import CaseError
from zkos.host.case_reader import Node, optional
from zkos.host.context import BLOCK_HASHES, MAX_BLOCK_GAS_LIMIT, BlockContext
from zkos.host.rlp import RlpError, decode
from zkos.host.rlp import encode as encode_rlp
from zkos.host.transactions import RawTransaction

BEACON_ROOTS: Final = 0x000F3DF6D732807EF1319FB7B8BB8522D0BEAC02
SYSTEM_CONTRACTS: Final = (
    BEACON_ROOTS,
    0x0000F90827F1C53A10CB7A02335B175320002935,  # hashes of blocks, EIP-2935
    0x00000961EF480EB55E80D19AD83579A64C007002,  # withdrawal requests, EIP-7002
    0x0000BBDDC7CE488642FB579F8B00F3A590007251,  # consolidation requests, EIP-7251
    0x00000000219AB540356CBB839CBE05303D7705FA,  # deposits, EIP-6110
)
"""Contracts that Ethereum calls or listens to outside of transactions."""
_BLOB_TYPE: Final = b"\3"


@dataclass(frozen=True, slots=True)
class BlockTest:
    """A blockchain test: the chain, and what else the fixture knows."""

    name: str
    case: Case
    last_block_hash: int
    exception: str | None = None
    """Never set: blocks that must be refused are left out."""
    excess_blob_gas: int = 0
    fork: str = FORK
    declared: tuple[str, ...] = ()
    """Rules of `differential.known` that importing it took."""


def parse_block_test(
    source: str, name: str, test: Node, forks: Sequence[str] = FORKS
) -> Iterator[BlockTest]:
    """The test, if it is one of some forks; raises CaseError."""
    fields = test.members()
    for needed in ("network", "pre", "blocks", "genesisBlockHeader", "lastblockhash"):
        if needed not in fields:
            test.fail(f"not a blockchain test: field {needed} is missing")
    fork = fields["network"].text()
    if fork not in forks:
        return
    accounts = read_accounts(fields["pre"])
    config = optional(fields.get("config"), Node.members, {})
    chain_id = optional(config.get("chainid"), lambda node: node.number(64), CHAIN_ID)
    hashes = [_part(fields["genesisBlockHeader"], "hash").number()]
    blocks, rules = [], set[str]()
    for node in _chain(fields["blocks"], hashes[0], fields["lastblockhash"]):
        blocks.append(_block(node, chain_id, hashes, rules))
        hashes.append(_part(node.members()["blockHeader"], "hash").number())
    if not blocks:
        return
    if any(account.address in SYSTEM_CONTRACTS for account in accounts if account.code):
        rules.add(NO_SYSTEM_CALLS.name)
    yield BlockTest(
        f"{source}::{name}",
        Case(tuple(blocks), accounts),
        fields["lastblockhash"].number(),
        fork=fork,
        declared=tuple(sorted(rules)),
    )


def _chain(blocks: Node, genesis: int, last: Node) -> list[Node]:
    """The blocks from genesis to the last; the others are refused or of side chains."""
    valid: dict[int, Node] = {}
    for node in blocks.items():
        fields = node.members()
        if any(name.startswith("expectException") for name in fields):
            continue
        valid[_part(_part(node, "blockHeader"), "hash").number()] = node
    found, wanted = [], last.number()
    while wanted in valid:
        node = valid.pop(wanted)
        found.append(node)
        wanted = _part(node.members()["blockHeader"], "parentHash").number()
    if wanted != genesis:
        last.fail("no chain of valid blocks leads there from genesis")
    return found[::-1]


def _part(node: Node, field: str) -> Node:
    fields = node.members()
    if field not in fields:
        node.fail(f"field {field} is missing")
    return fields[field]


def _block(place: Node, chain_id: int, hashes: list[int], rules: set[str]) -> Block:
    transactions = _transactions(_part(place, "rlp"), rules)
    if any(item.data[:1] == _BLOB_TYPE for item in transactions):
        rules.add(NO_BLOB_TRANSACTIONS.name)
    header = _part(place, "blockHeader")
    gas_limit = _part(header, "gasLimit").number()
    if gas_limit > MAX_BLOCK_GAS_LIMIT:
        rules.add(BLOCK_GAS_LIMIT.name)
    context = BlockContext(
        chain_id=chain_id,
        block_number=_part(header, "number").number(64),
        timestamp=_part(header, "timestamp").number(64),
        eip1559_basefee=_part(header, "baseFeePerGas").number(),
        coinbase=_part(header, "coinbase").address(),
        gas_limit=min(gas_limit, MAX_BLOCK_GAS_LIMIT),
        mix_hash=_part(header, "mixHash").number(),
        block_hashes=tuple(reversed(hashes[-BLOCK_HASHES:])),
    )
    return Block(context, transactions)


def _transactions(node: Node, rules: set[str]) -> tuple[RawTransaction, ...]:
    """The transactions of a block's RLP, each in its envelope."""
    try:
        block = decode(node.data())
    except RlpError as error:
        raise CaseError(node.source, node.path, f"not RLP: {error}") from error
    if isinstance(block, bytes) or len(block) < 3:
        node.fail("not the RLP of a block")
    if block[2]:
        node.fail("uncles: ZKsync OS has none")
    if len(block) > 3 and block[3]:
        rules.add(NO_WITHDRAWALS.name)
    items = block[1]
    if isinstance(items, bytes):
        node.fail("not the RLP of a block")
    return tuple(
        RawTransaction(item if isinstance(item, bytes) else encode_rlp(item))
        for item in items
    )
