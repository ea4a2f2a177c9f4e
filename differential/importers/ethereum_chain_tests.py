"""Blockchain tests of the Ethereum test suite and of EEST, for the Ethereum instance.

Both formats are read: blocks in RLP, and payloads of the engine API. Nothing is bent,
and blocks that must be refused stay in. What cannot even be a block for the guest
(uncles, a hash that is not the payload's) has a reason instead of a block.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from differential.ethereum.blocks import State
from differential.importers.ethereum_state_tests import (
    CHAIN_ID,
    FORK_NAMES,
    read_state,
)
from zkos.host.case_reader import Node, optional
from zkos.host.codecs.rlp import decode_signed
from zkos.host.ethereum.tries import list_root
from zkos.host.rlp import Encodable, Item, RlpError, decode, encode
from zkos.host.signing import keccak256
from zkos.host.transactions import TransactionError
from zkos.versions import Fork

NO_OMMERS: Final = keccak256(encode([]))
_FIELDS: Final = (
    ("parentHash", 32), ("uncleHash", 32), ("coinbase", 20), ("stateRoot", 32),
    ("transactionsTrie", 32), ("receiptTrie", 32), ("bloom", 256), ("difficulty", 0),
    ("number", 0), ("gasLimit", 0), ("gasUsed", 0), ("timestamp", 0),
    ("extraData", -1), ("mixHash", 32), ("nonce", 8), ("baseFeePerGas", 0),
    ("withdrawalsRoot", 32), ("blobGasUsed", 0), ("excessBlobGas", 0),
    ("parentBeaconBlockRoot", 32), ("requestsHash", 32),
)  # fmt: skip
"""Names in order, with the bytes of each: 0 stands for a number, -1 for any length."""
_NEEDED: Final = 16
"""Of the fields, as of London."""
_TRANSITION: Final = re.compile(r"(\w+)To(\w+)AtTime15k")
_TRANSITION_TIME: Final = 15_000


@dataclass(frozen=True)
class ChainBlock:
    """A block of a test, valid or not."""

    place: str
    """Where it is in the test."""
    header: bytes
    transactions: tuple[bytes, ...]
    withdrawals: bytes
    """The encoded list."""
    is_valid: bool
    flaw: str = ""
    """Why this cannot be a valid block, whatever the guest says; else empty."""

    @property
    def hash(self) -> bytes:
        """Keccak-256 of the header."""
        return keccak256(self.header)

    @property
    def parent_hash(self) -> bytes:
        """Empty for a header that is none."""
        return _field(self.header, 0)

    @property
    def timestamp(self) -> int:
        """0 for a header that is none."""
        return int.from_bytes(_field(self.header, 11), "big")


@dataclass(frozen=True)
class ChainTest:
    """A genesis, blocks on it, and what must be known in the end."""

    name: str
    network: str
    genesis: bytes
    """The header."""
    before: State
    blocks: tuple[ChainBlock, ...]
    last_hash: bytes
    after: State | None
    """The state after the last block, if the test says it."""
    without: str = ""
    """Why it cannot be run; else empty."""
    left_out: int = 0
    """Payloads that the interface refuses before anybody executes them."""

    def fork_at(self, timestamp: int) -> Fork | None:
        """Whose rules hold; None for a fork the instance lacks."""
        return fork_at(self.network, timestamp)


def fork_at(network: str, timestamp: int) -> Fork | None:
    """The fork of a network, such as "Osaka" or "PragueToOsakaAtTime15k"."""
    change = _TRANSITION.fullmatch(network)
    if change is None:
        return FORK_NAMES.get(network)
    return FORK_NAMES.get(change[1 if timestamp < _TRANSITION_TIME else 2])


def chain_tests(root: Node) -> Iterator[ChainTest]:
    """All tests of a file, of either format; raises CaseError."""
    for name, test in root.members().items():
        yield parse_chain_test(name, test)


def is_chain_test(test: Node) -> bool:
    """Whether a test has one of these formats."""
    return isinstance(test.value, dict) and (
        "blocks" in test.value or "engineNewPayloads" in test.value
    )


def parse_chain_test(name: str, test: Node) -> ChainTest:
    """A test of either format; raises CaseError."""
    fields = test.members()
    for needed in ("network", "pre", "genesisBlockHeader", "lastblockhash"):
        if needed not in fields:
            test.fail(f"not a blockchain test: field {needed} is missing")
    network = fields["network"].text()
    config = optional(fields.get("config"), Node.members, {})
    chain_id = optional(config.get("chainid"), lambda node: node.number(64), CHAIN_ID)
    without = "" if chain_id == CHAIN_ID else f"chain id {chain_id}"
    change = _TRANSITION.fullmatch(network)
    forks = (network,) if change is None else change.groups()
    lacking = [item for item in forks if item not in FORK_NAMES]
    if lacking:
        without = f"fork {network}"
    if without:
        return ChainTest(name, network, b"", {}, (), b"", None, without)
    left_out = 0
    if "engineNewPayloads" in fields:
        payloads = fields["engineNewPayloads"].items()
        asked = [item for item in payloads if "errorCode" not in item.members()]
        left_out = len(payloads) - len(asked)
        blocks = tuple(map(_of_payload, asked))
    else:
        blocks = tuple(map(_of_rlp, fields["blocks"].items()))
    genesis = fields["genesisBlockHeader"]
    header = _header(genesis)
    given = optional(genesis.members().get("hash"), lambda node: node.data(32), None)
    if given is not None and keccak256(header) != given:
        genesis.fail("the hash is not that of the fields")
    return ChainTest(
        name,
        network,
        header,
        read_state(fields["pre"]),
        blocks,
        fields["lastblockhash"].data(32),
        optional(fields.get("postState"), read_state, None),
        left_out=left_out,
    )


def _header(node: Node) -> bytes:
    fields = node.members()
    items: list[Encodable] = []
    for place, (name, length) in enumerate(_FIELDS):
        if name not in fields:
            if place >= _NEEDED:
                break
            node.fail(f"field {name} is missing")
        if length == 0:
            items.append(fields[name].number())
        else:
            items.append(fields[name].data(None if length < 0 else length))
    return encode(items)


def _field(header: bytes, place: int) -> bytes:
    try:
        item = decode(header)
    except RlpError:
        return b""
    if isinstance(item, bytes) or len(item) <= place:
        return b""
    found = item[place]
    return found if isinstance(found, bytes) else b""


def _of_rlp(node: Node) -> ChainBlock:
    fields = node.members()
    if "rlp" not in fields:
        node.fail("field rlp is missing")
    is_valid = not any(name.startswith("expectException") for name in fields)
    try:
        block = decode(fields["rlp"].data())
        parts = [] if isinstance(block, bytes) else list(block)
        lists = [part for part in parts if not isinstance(part, bytes)]
        if len(lists) != len(parts):
            raise ValueError
        header, items, ommers, withdrawals = lists
    except (RlpError, ValueError):
        return ChainBlock(node.path, b"", (), b"", is_valid, "not the RLP of a block")
    return ChainBlock(
        node.path,
        _encoded(header),
        tuple(item if isinstance(item, bytes) else _encoded(item) for item in items),
        _encoded(withdrawals),
        is_valid,
        "there are uncles" if ommers else "",
    )


def _encoded(item: Item) -> bytes:
    made: Encodable = item if isinstance(item, bytes) else list(item)
    return encode(made)


def _of_payload(node: Node) -> ChainBlock:
    fields = node.members()
    if "params" not in fields:
        node.fail("field params is missing")
    payload, *others = fields["params"].items()
    hashes, root, requests = (*others, None, None, None)[:3]
    parts = payload.members()

    def part(name: str) -> Node:
        if name not in parts:
            payload.fail(f"field {name} is missing")
        return parts[name]

    transactions = tuple(item.data() for item in part("transactions").items())
    withdrawals = [_withdrawal(item) for item in part("withdrawals").items()]
    header: list[Encodable] = [
        part("parentHash").data(32),
        NO_OMMERS,
        part("feeRecipient").data(20),
        part("stateRoot").data(32),
        list_root(transactions),
        part("receiptsRoot").data(32),
        part("logsBloom").data(256),
        0,
        part("blockNumber").number(),
        part("gasLimit").number(),
        part("gasUsed").number(),
        part("timestamp").number(),
        part("extraData").data(),
        part("prevRandao").data(32),
        bytes(8),
        part("baseFeePerGas").number(),
        list_root(encode(item) for item in withdrawals),
    ]
    if root is not None:
        header += [part("blobGasUsed").number(), part("excessBlobGas").number()]
        header.append(root.data(32))
    if requests is not None:
        header.append(_requests_hash(requests))
    encoding = encode(header)
    flaw = ""
    if keccak256(encoding) != part("blockHash").data(32):
        flaw = "the hash of the block is not the payload's"
    elif hashes is not None and not _same_hashes(transactions, hashes):
        flaw = "the hashes of blobs are not those of the transactions"
    return ChainBlock(
        node.path,
        encoding,
        transactions,
        encode(list(withdrawals)),
        "validationError" not in fields,
        flaw,
    )


def _withdrawal(node: Node) -> list[Encodable]:
    fields = node.members()
    for name in ("index", "validatorIndex", "address", "amount"):
        if name not in fields:
            node.fail(f"field {name} is missing")
    return [
        fields["index"].number(),
        fields["validatorIndex"].number(),
        fields["address"].data(20),
        fields["amount"].number(),
    ]


def _requests_hash(node: Node) -> bytes:
    """EIP-7685, of requests with their type byte."""
    from hashlib import sha256

    each = (sha256(item.data()).digest() for item in node.items())
    return sha256(b"".join(each)).digest()


def _same_hashes(transactions: tuple[bytes, ...], hashes: Node) -> bool:
    """Whether the blobs of the payload are those announced beside it."""
    found: list[int] = []
    for item in transactions:
        try:
            found.extend(decode_signed(item).blob_hashes)
        except TransactionError:
            return True  # Whoever executes it sees that.
    return found == [item.number() for item in hashes.items()]
