"""A chain of v0.4.0 that was logged: blocks run as its node ran them (v32 10)."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from differential.importers.chain import read_chain
from differential.importers.node_json import NUMBERS
from tests.cli.support import rows, zkos_here
from zkos.host.accounts import Account, stored_code
from zkos.host.case import Case
from zkos.host.case_errors import CaseError
from zkos.host.case_reader import Node
from zkos.host.case_writer import save_case
from zkos.host.state import ACCOUNTS
from zkos.host.tree import hash_bytes
from zkos.versions import Protocol

FOLDER = "fixtures/v32_chain"
FIRST = 4
"""The first block that can be run."""


@pytest.fixture(scope="module")
def logged(shared: Path) -> dict[str, Any]:
    path = shared / FOLDER / "chain_506_v040.json.gz"
    if not path.is_file():
        pytest.skip("the logged chain is not there")
    with gzip.open(path) as file:
        value: dict[str, Any] = json.load(file)
        return value


def cases_of(logged: dict[str, Any]) -> list[Case]:
    return [case for _, case in read_chain(Node("chain", "", logged))]


def test_blocks_that_can_run_become_a_case(logged):
    chain, *extras = cases_of(logged)

    assert len(chain.blocks) == len(logged["chain"]) - FIRST + 1 == 14
    assert chain.protocol is Protocol.V32
    assert [(batch.first, batch.last) for batch in chain.batches] == [
        (index, index) for index in range(14)
    ]
    assert len(extras) == len(logged["extra"]) == 2
    assert all(len(case.blocks) == 1 for case in extras)


@pytest.mark.parametrize("engine", ["native", "riscv"])
def test_blocks_give_what_the_node_says(logged, tmp_path, engine):
    """Hash, receipts, events, gas, native, pubdata, DA commitment, batch output."""
    path = tmp_path / "chain.json"
    save_case(cases_of(logged)[0], path)

    done = zkos_here("diff", path, "--engine", engine, "--json")

    found = rows(done)
    assert done.returncode == 0, done.stderr
    assert len(found) == 28
    assert all(row["difference"] is None for row in found)
    blocks = [row["engines"][engine] for row in found if "block" in row]
    for block, node in zip(blocks, logged["chain"][FIRST - 1 :], strict=True):
        expected = node["expected"]
        assert block["block_hash"] == f"0x{expected['block_hash']}"
        assert block["pubdata"] == f"0x{expected['pubdata']}"
        (receipt,), (said,) = block["transactions"], node["txs"]
        assert receipt["gas_used"] == said["expected"]["gas_used"]
        assert receipt["native_used"] == said["expected"]["computational_native"]
    outputs = [
        row["engines"][engine]["batch_output_hash"] for row in found if "batch" in row
    ]
    assert outputs == [f"0x{batch['batch_output']}" for batch in logged["batches"][2:]]


def test_extra_transactions_give_what_the_node_says(logged, tmp_path):
    """One of them reverts and pays the floor of its calldata."""
    paths = []
    for number, case in enumerate(cases_of(logged)[1:]):
        paths.append(tmp_path / f"extra_{number}.json")
        save_case(case, paths[-1])

    done = zkos_here("diff", *paths, "--engine", "native", "--json")

    assert done.returncode == 0, done.stderr
    # Rows come as the runs end.
    found = sorted(rows(done), key=lambda row: row["case"])
    receipts = [row["engines"]["native"]["transactions"][0] for row in found]
    wanted = [extra["expected"] for extra in logged["extra"]]
    assert [receipt["gas_used"] for receipt in receipts] == [
        said["gas_used"] for said in wanted
    ]
    assert [receipt["native_used"] for receipt in receipts] == [
        said["computational_native"] for said in wanted
    ]
    assert [receipt["status"] for receipt in receipts] == ["success", "reverted"]


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("protocol",), "v99", "protocol: unknown protocol"),
        (("chain_config",), {}, "chain_config: field max_tx_gas_limit is missing"),
        (("chain", 3, "txs", 0, "raw"), "xy", "chain[3].txs[0].raw: not hex"),
    ],
)
def test_a_bad_file_is_one_line(logged, place, value, told):
    changed = json.loads(json.dumps(logged))
    inner = changed
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value

    with pytest.raises(CaseError) as caught:
        cases_of(changed)

    assert told in str(caught.value)


def small() -> dict[str, Any]:
    """As little as a logged chain can be: a block from L1, then one of L2."""
    word, address = "00" * 32, "11" * 20

    def block(number: int, kind: int) -> dict[str, Any]:
        receipt = {
            "status": 1,
            "gas_used": 21000,
            "computational_native": 1,
            "pubdata_used": 0,
            "events": [[address, [word], ""]],
            "l2_to_l1_logs": ["00" * 88],
        }
        sent = {
            "type": kind,
            "raw": "c0",
            "from": address,
            "hash": word,
            "expected": receipt,
        }
        context = dict.fromkeys(NUMBERS, 1) | {
            "block_number": number,
            "coinbase": address,
        }
        expected = {"block_hash": word, "writes": [[address, word, word]]}
        return {"block": context, "txs": [sent], "expected": expected}

    return {
        "protocol": "v32",
        "chain_config": {
            "max_tx_gas_limit": 1,
            "fri_proof_verification_enabled": False,
        },
        "genesis": {"block_hash": word},
        "preimages": {},
        "chain": [block(1, 0x7F), block(2, 2)],
        "batches": [
            {
                "blocks": [2, 2],
                "da_commitment_scheme": 3,
                "batch_output": word,
                "l2_to_l1_logs_root": word,
                "da_commitment": word,
            }
        ],
        "extra": [],
    }


def test_the_smallest_chain_is_a_case():
    (case,) = cases_of(small())

    assert [len(block.transactions) for block in case.blocks] == [1]
    assert [(batch.first, batch.last) for batch in case.batches] == [(0, 0)]


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("chain",), [], "chain: no transaction from L1"),
        (("chain", 0, "txs"), [], "chain: no transaction from L1"),
        (("chain", 1, "txs", 0, "type"), 0x7F, "chain: no block after the last"),
        (("batches",), [], "batches: no batch"),
        (("batches", 0, "da_commitment_scheme"), 99, "no way of publishing"),
        (("batches", 0, "blocks"), [1], "blocks: 1 entries, expected 2"),
        (("chain", 0, "expected", "writes", 0), [], "writes[0]: 0 entries, expected 3"),
        (("chain", 1, "txs", 0, "expected", "events", 0), [], "0 entries, expected 3"),
        (("chain", 1, "txs", 0, "from"), "11", "from: 1 bytes, expected 20"),
        (("chain", 1, "txs", 0, "raw"), "c 0", "raw: not hex"),
        (("extra",), [{}], "extra[0]: nothing is known of the sender 0x1111"),
    ],
)
def test_what_no_chain_has_is_one_line(place, value, told):
    changed = small()
    inner: Any = changed
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value

    with pytest.raises(CaseError) as caught:
        cases_of(changed)

    assert told in str(caught.value)


GENESIS = {
    "initial_contracts": [["0x" + "22" * 20, "0x6001"]],
    "additional_storage": {"0x" + "22" * 20: {"0x" + "00" * 32: "0x" + "03" * 32}},
}


def longer() -> dict[str, Any]:
    """A chain with a block that sends nothing from L1 before one that does."""
    chain = small()
    (first, last) = chain["chain"]
    blocks = [json.loads(json.dumps(item)) for item in (first, last, first, last)]
    for number, block in enumerate(blocks, 1):
        block["block"]["block_number"] = number
    blocks[0]["txs"][0]["type"] = 0x7E
    blocks[1]["txs"][0]["type"] = 0x7D
    chain["chain"] = blocks
    chain["batches"][0]["blocks"] = [4, 4]
    return chain


def named(chain, genesis):
    root = None if genesis is None else Node("genesis", "", genesis)
    return dict(read_chain(Node("chain", "", chain), genesis=root))


def test_the_genesis_lets_earlier_blocks_run():
    assert list(named(longer(), None)) == [""]

    cases = named(longer(), GENESIS)

    assert list(cases) == ["", "_2"]
    (block,) = cases["_2"].blocks
    assert block.context.block_number == 2
    slots = {(item.address, item.slot): item.value for item in cases["_2"].tree}
    there = int("22" * 20, 16)
    account = Account.make(0, 1, b"\x60\x01", deployed=True).encode()
    assert slots[there, 0] == int("03" * 32, 16)
    assert slots[ACCOUNTS, there] == int.from_bytes(hash_bytes(account), "big")
    assert {account, stored_code(b"\x60\x01")} <= set(cases["_2"].preimages)


@pytest.mark.parametrize(
    ("member", "value", "told"),
    [
        ("initial_contracts", None, "field initial_contracts is missing"),
        (
            "initial_contracts",
            [["0x22"]],
            "initial_contracts[0]: 1 entries, expected 2",
        ),
        ("initial_contracts", [["x", "0x"]], "not a number"),
        (
            "additional_storage",
            {"0xg": {}},
            "additional_storage.0xg: not a number: '0xg'",
        ),
        ("additional_storage", {"0x1": {"": "0x0"}}, "not a number: ''"),
        ("additional_storage", {"0x1" + "0" * 40: {}}, "160 bits"),
        ("additional_storage", {"0x1": {"0x1" + "0" * 64: "0x0"}}, "256 bits"),
    ],
)
def test_a_bad_genesis_is_one_line(member, value, told):
    genesis = {**GENESIS, member: value}
    if value is None:
        del genesis[member]
    with pytest.raises(CaseError) as caught:
        named(longer(), genesis)
    assert told in str(caught.value)


def test_only_logged_chains_need_a_genesis():
    with pytest.raises(CaseError) as caught:
        named({"chain": []}, GENESIS)
    assert "only a logged chain needs it" in str(caught.value)


def test_every_case_of_a_logged_chain_has_a_file(logged, tmp_path):
    place, into = tmp_path / "chain.json", tmp_path / "cases"
    place.write_text(json.dumps(logged))
    genesis = tmp_path / "genesis.json"
    genesis.write_text(json.dumps(GENESIS))

    done = zkos_here("corpus", "import", place, into, "--genesis", genesis)

    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in into.iterdir()) == [
        "chain.json.gz",
        "chain_2.json.gz",
        "chain_extra_0.json.gz",
        "chain_extra_1.json.gz",
    ]
    other = zkos_here("corpus", "import", tmp_path, into, "--genesis", genesis)
    assert other.returncode == 2
    assert "which --genesis is for" in other.stderr
