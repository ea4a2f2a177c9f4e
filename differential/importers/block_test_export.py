"""A case of one block as a blockchain test, to be given to other clients' teams.

The block is Ethereum's in full: header, roots and receipts come from py-evm without any
rule of ZKsync OS, on a genesis made so that the block may follow it. What such a test
cannot say is a CaseError; the hashes of past blocks are those of the test's own chain.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from eth_bloom import BloomFilter
from trie import HexaryTrie

from differential.importers.block_test import SYSTEM_CONTRACTS
from differential.importers.state_test_export import account_json, check_accounts
from differential.known import FORK
from differential.outcome import Log, Outcome, TransactionStatus
from differential.reference.transactions import envelopes
from differential.runners.base import state_of_case
from differential.runners.py_evm import run_ethereum
from zkos.host.case import AccountState, Block, Case
from zkos.host.case_errors import CaseError
from zkos.host.context import BlockContext
from zkos.host.rlp import Item, decode, encode
from zkos.host.signing import keccak256
from zkos.host.transactions import TransactionError

_REQUESTS: Final = SYSTEM_CONTRACTS[2:4]
"""Without code there no block of Prague is valid (EIP-7002, EIP-7251)."""
_STOP: Final = b"\0"
_NO_REQUESTS: Final = hashlib.sha256().digest()
"""EIP-7685: the hash of no requests."""
_NO_OMMERS: Final = keccak256(encode([]))
_LEAST_GAS_LIMIT: Final = 5000
_FIRST_LIST: Final = 0xC0


@dataclass(frozen=True, slots=True)
class _Header:
    """A header; what is not here is zero or empty in every block of such a test."""

    context: BlockContext
    parent: bytes
    state: bytes
    transactions: bytes
    receipts: bytes
    bloom: bytes
    gas_used: int

    def fields(self) -> dict[str, bytes | int]:
        """By the names of blockchain tests, in the order of the encoding."""
        context = self.context
        return {
            "parentHash": self.parent,
            "uncleHash": _NO_OMMERS,
            "coinbase": context.coinbase.to_bytes(20, "big"),
            "stateRoot": self.state,
            "transactionsTrie": self.transactions,
            "receiptTrie": self.receipts,
            "bloom": self.bloom,
            "difficulty": 0,
            "number": context.block_number,
            "gasLimit": context.gas_limit,
            "gasUsed": self.gas_used,
            "timestamp": context.timestamp,
            "extraData": b"",
            "mixHash": context.mix_hash.to_bytes(32, "big"),
            "nonce": bytes(8),
            "baseFeePerGas": context.eip1559_basefee,
            "withdrawalsRoot": _root([]),
            "blobGasUsed": 0,
            "excessBlobGas": 0,
            "parentBeaconBlockRoot": bytes(32),
            "requestsHash": _NO_REQUESTS,
        }

    def items(self) -> list[Item]:
        """What is encoded."""
        return [
            value if isinstance(value, bytes) else _number(value)
            for value in self.fields().values()
        ]

    def hash(self) -> bytes:
        """The hash of the block."""
        return keccak256(encode(self.items()))

    def to_json(self) -> dict[str, str]:
        """As a test has it."""
        named = {
            name: _hex(value) if isinstance(value, bytes) else hex(value)
            for name, value in self.fields().items()
        }
        return {**named, "hash": _hex(self.hash())}


def write_block_test(case: Case, path: Path, name: str) -> None:
    """Write the case as a file with one blockchain test; raises CaseError."""
    content = json.dumps({name: block_test_of(case)}, indent=1)
    path.write_text(content + "\n", encoding="utf-8")


def block_test_of(case: Case) -> dict[str, Any]:
    """The JSON object of the test; raises CaseError."""
    case = _with_contracts(case)
    block = _checked(case)
    genesis = _genesis(case)
    parent = int.from_bytes(genesis.hash(), "big")
    context = replace(block.context, block_hashes=(parent,))
    block = replace(block, context=context)
    try:
        encoded = [item.data for item in envelopes(block)]
        outcome, root = run_ethereum(block, state_of_case(case))
    except TransactionError as error:
        raise CaseError("case", "txs", f"{error.field}: {error.reason}") from error
    header = _header(block.context, genesis.hash(), encoded, outcome, root)
    sent: list[Item] = [
        data if data[0] < _FIRST_LIST else decode(data) for data in encoded
    ]
    return {
        "network": FORK,
        "config": {"network": FORK, "chainid": hex(context.chain_id)},
        "sealEngine": "NoProof",
        "genesisBlockHeader": genesis.to_json(),
        "genesisRLP": _hex(encode([genesis.items(), [], [], []])),
        "pre": {f"{it.address:#042x}": account_json(it) for it in case.accounts},
        "blocks": [
            {
                "blockHeader": header.to_json(),
                "rlp": _hex(encode([header.items(), sent, [], []])),
                "uncleHeaders": [],
                "withdrawals": [],
            }
        ],
        "lastblockhash": _hex(header.hash()),
        "postStateHash": _hex(header.state),
    }


def _with_contracts(case: Case) -> Case:
    """The case with contracts that end at once where Ethereum must find some."""
    known = {account.address for account in case.accounts}
    added = tuple(
        AccountState(address, nonce=1, code=_STOP)
        for address in _REQUESTS
        if address not in known
    )
    return replace(case, accounts=(*case.accounts, *added))


def _checked(case: Case) -> Block:
    """The block, if a blockchain test can hold the case."""
    block = case.blocks[0]
    if len(case.blocks) != 1:
        reason = "has several blocks: those after the first need Ethereum's fees"
        raise CaseError("case", "then", reason)
    check_accounts(case)
    for account in case.accounts:
        stub = account.address in _REQUESTS and account.code == _STOP
        if account.address in SYSTEM_CONTRACTS and account.code and not stub:
            place = f"accounts.{account.address:#042x}"
            raise CaseError("case", place, "Ethereum calls it outside of transactions")
    context = block.context
    for field, value, least in (
        ("block_number", context.block_number, 1),
        ("timestamp", context.timestamp, 1),
        ("gas_limit", context.gas_limit, _LEAST_GAS_LIMIT),
    ):
        if value < least:
            raise CaseError("case", f"block.{field}", f"Ethereum has at least {least}")
    if any(context.block_hashes or ()):
        reason = "a blockchain test has the hashes of its own blocks"
        raise CaseError("case", "block.block_hashes", reason)
    return block


def _genesis(case: Case) -> _Header:
    """A block that used half of its gas: the next one has the same base fee."""
    context = case.blocks[0].context
    before = replace(
        context,
        block_number=context.block_number - 1,
        timestamp=context.timestamp - 1,
        block_hashes=(),
    )
    _, root = run_ethereum(Block(before, ()), state_of_case(case))
    return _Header(
        before,
        parent=bytes(32),
        state=root.to_bytes(32, "big"),
        transactions=_root([]),
        receipts=_root([]),
        bloom=_bloom([]),
        gas_used=context.gas_limit // 2,
    )


def _header(
    context: BlockContext,
    parent: bytes,
    transactions: Sequence[bytes],
    outcome: Outcome,
    root: int,
) -> _Header:
    """The header of the block; CaseError for what Ethereum refuses."""
    receipts, used, logs = [], 0, list[Log]()
    for index, receipt in enumerate(outcome.transactions or ()):
        if receipt.status is TransactionStatus.INVALID:
            reason = "Ethereum refuses it, and so the whole block"
            raise CaseError("case", f"txs[{index}]", reason)
        own = receipt.logs or ()
        used += receipt.gas_used or 0
        logs += own
        succeeded = receipt.status is TransactionStatus.SUCCESS
        items: list[Item] = [
            _number(int(succeeded)),
            _number(used),
            _bloom(own),
            list(map(_log, own)),
        ]
        kind = receipt.type_byte or 0
        receipts.append((bytes([kind]) if kind else b"") + encode(items))
    return _Header(
        context,
        parent,
        state=root.to_bytes(32, "big"),
        transactions=_root(transactions),
        receipts=_root(receipts),
        bloom=_bloom(logs),
        gas_used=used,
    )


def _log(log: Log) -> Item:
    topics = [topic.to_bytes(32, "big") for topic in log.topics]
    return [log.address.to_bytes(20, "big"), topics, log.data]


def _bloom(logs: Iterable[Log]) -> bytes:
    """The filter of addresses and topics (Yellow Paper, 4.3.1)."""
    bloom = BloomFilter()
    for log in logs:
        bloom.add(log.address.to_bytes(20, "big"))
        bloom.extend(topic.to_bytes(32, "big") for topic in log.topics)
    return int(bloom).to_bytes(256, "big")


def _root(items: Sequence[bytes]) -> bytes:
    """The root of the trie of a list."""
    made = HexaryTrie({})
    for index, item in enumerate(items):
        made[encode(index)] = item
    return bytes(made.root_hash)


def _number(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
