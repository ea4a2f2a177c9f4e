import json

import pytest

from differential.fixture_results import Verdict
from differential.fixture_run import Setup, run_fixture
from differential.importers.block_test import SYSTEM_CONTRACTS
from differential.importers.fixtures import FixtureFile, load_file
from differential.reference.transactions import envelope
from differential.runners import native
from differential.runners.base import run_chain
from differential.statetest import DEFAULT_OPTIONS
from tests.differential.ethereum_cases import (
    CONTRACT,
    RICH,
    SENDER,
    SSTORE,
    Kind,
    code,
    transaction,
)
from zkos.host.case_errors import CaseError
from zkos.host.rlp import decode, encode
from zkos.host.transactions import RawTransaction

BODY = code((0, 7), SSTORE)


def header(number):
    return {
        "number": hex(number),
        "timestamp": hex(1000 + number),
        "gasLimit": "0x0f4240",
        "baseFeePerGas": "0x07",
        "coinbase": "0x" + "c0" * 20,
        "mixHash": f"{number:#066x}",
        "hash": f"{0xAA00 + number:#066x}",
        "parentHash": f"{0xAA00 + number - 1:#066x}",
    }


def block_rlp(transactions, uncles=(), withdrawals=()):
    items = [
        item if item[0] < 0xC0 else decode(item)
        for item in (envelope(transaction, 1).data for transaction in transactions)
    ]
    return "0x" + encode([[b"header"], items, [*uncles], [*withdrawals]]).hex()


def last_of(blocks):
    headers = [block["blockHeader"] for block in blocks if "blockHeader" in block]
    return {"hash": "0x0", **headers[-1]} if headers else header(0)


def fixture(blocks, network="Prague", **changes):
    return {
        "test": {
            "network": network,
            "genesisBlockHeader": header(0),
            "blocks": blocks,
            "lastblockhash": last_of(blocks)["hash"],
            "pre": {
                f"{SENDER:#042x}": {"balance": hex(RICH), "nonce": "0x00"},
                f"{CONTRACT:#042x}": {"nonce": "0x01", "code": "0x" + BODY.hex()},
                **changes.pop("pre", {}),
            },
            **changes,
        }
    }


def valid(number, transactions, **parts):
    rlp = block_rlp(transactions, **parts)
    return {"rlp": rlp, "blockHeader": header(number)}


def without(number, field):
    block = valid(number, [])
    del block["blockHeader"][field]
    return block


def read(folder, content):
    path = folder / "blocks.json"
    path.write_text(json.dumps(content))
    return load_file(FixtureFile(path))


SENT = [
    transaction(),
    transaction(nonce=1, kind=Kind.EIP1559, max_priority_fee_per_gas=1),
]


@pytest.mark.native
def test_chain_is_imported_and_runs(tmp_path):
    blocks = [
        valid(1, SENT[:1]),
        {"rlp": "0x00", "expectException": "BlockException.X"},
        valid(2, SENT[1:]),
    ]
    (test,) = read(tmp_path, fixture(blocks))
    first, second = test.case.blocks
    assert second.transactions == (RawTransaction(envelope(SENT[1], 1).data),)
    assert (first.context.block_hashes, second.context.block_hashes) == (
        (0xAA00,),
        (0xAA01, 0xAA00),
    )
    assert (second.context.block_number, second.context.mix_hash) == (2, 2)
    assert test.last_block_hash == 0xAA02
    assert test.declared == ()
    outcomes = list(run_chain(native.run_block, test.case, DEFAULT_OPTIONS))
    statuses = [outcome.transactions[0].status.value for outcome in outcomes]
    assert statuses == ["success", "success"]


def test_blocks_of_a_side_chain_are_left_out(tmp_path):
    side = valid(1, SENT[1:])
    side["blockHeader"] = {**side["blockHeader"], "hash": f"{0xBB01:#066x}"}
    blocks = [
        side,
        valid(1, SENT[:1]),
        {**side, "expectExceptionALL": "X"},
        valid(2, []),
    ]
    (test,) = read(tmp_path, fixture(blocks))
    assert [len(block.transactions) for block in test.case.blocks] == [1, 0]
    assert test.case.blocks[0].transactions == (
        RawTransaction(envelope(SENT[0], 1).data),
    )


def test_chain_that_does_not_begin_at_genesis_is_refused(tmp_path):
    with pytest.raises(CaseError, match="no chain of valid blocks"):
        read(tmp_path, fixture([valid(2, [])]))


def test_chain_without_valid_blocks_is_no_case(tmp_path):
    refused = {"rlp": "0x00", "expectException": "BlockException.X"}
    assert read(tmp_path, fixture([refused])) == []


@pytest.mark.parametrize(("network", "read_ones"), [("Cancun", 1), ("Paris", 0)])
def test_networks_are_prague_and_cancun(tmp_path, network, read_ones):
    found = read(tmp_path, fixture([valid(1, [])], network=network))
    assert [test.fork for test in found] == [network] * read_ones


@pytest.mark.parametrize("address", SYSTEM_CONTRACTS, ids=hex)
def test_missing_system_call_is_named(tmp_path, address):
    contract = {f"{address:#042x}": {"nonce": "0x01", "code": "0x00"}}
    (test,) = read(tmp_path, fixture([valid(1, [])], pre=contract))
    assert test.declared == ("no_system_calls",)
    empty = {f"{address:#042x}": {"nonce": "0x01"}}
    (test,) = read(tmp_path, fixture([valid(1, [])], pre=empty))
    assert test.declared == ()


def test_chain_with_withdrawals_is_counted_and_not_run(tmp_path):
    paid = [[b"", b"\1", bytes(20), b"\5"]]
    blocks = [valid(1, SENT[:1]), valid(2, SENT[1:], withdrawals=paid)]
    (test,) = read(tmp_path, fixture(blocks))
    assert test.declared == ("no_withdrawals",)
    result = run_fixture(test, Setup((), DEFAULT_OPTIONS, 1.0))
    assert (result.verdict, result.reason) == (Verdict.NOT_RUN, "no_withdrawals")
    (test,) = read(tmp_path, fixture([valid(1, SENT[:1], withdrawals=[])]))
    assert test.declared == ()


@pytest.mark.parametrize(
    ("blocks", "reason"),
    [
        ([valid(1, [], uncles=[[b"\1"]])], "uncles: ZKsync OS has none"),
        ([{"rlp": "0x81", "blockHeader": header(1)}], "not RLP"),
        ([{"rlp": "0x80", "blockHeader": header(1)}], "not the RLP of a block"),
        ([{"rlp": "0x80"}], "field blockHeader is missing"),
        ([{"blockHeader": header(1)}], "field rlp is missing"),
        ([without(1, "hash")], "field hash is missing"),
        ([without(1, "parentHash")], "field parentHash is missing"),
        ([without(1, "baseFeePerGas")], "field baseFeePerGas is missing"),
        ([without(1, "mixHash")], "field mixHash is missing"),
    ],
)
def test_what_has_no_place_is_refused(tmp_path, blocks, reason):
    with pytest.raises(CaseError, match=reason):
        read(tmp_path, fixture(blocks))
