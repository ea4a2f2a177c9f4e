"""Blocks of a node by the command, and given transactions on the state of one."""

import json

import pytest

from differential.runners import native
from differential.runners.base import run_chain
from tests.cli.support import zkos_here
from tests.differential.served_chains import imported, surprise
from zkos.cases.builder import word
from zkos.host.case import load_case
from zkos.host.case_errors import CaseError
from zkos.host.case_reader import Node
from zkos.host.profile import RunOptions

PORT_OF_NOBODY = "http://127.0.0.1:9"
SIMULATED = {
    "type": "eip1559",
    "private_key": "0x" + "01" * 32,
    "to": f"{0x7777:#042x}",
    "data": "0x" + word(5).hex(),
    "gas_limit": 100_000,
    "max_fee_per_gas": 10**6,
}


def simulated(node, *items):
    given = Node("given.json", "", list(items))
    return imported(node, 2, transactions=given)


def test_given_transactions_run_on_the_state_of_a_block(v30_node):
    case = simulated(v30_node, SIMULATED)
    (block,) = case.blocks
    assert block.expected is None
    (outcome,) = run_chain(native.run_block, case, RunOptions())
    # Nobody has given the sender money on that chain.
    assert outcome.transactions[0].reason.startswith("LackOfFund")


def test_a_given_transaction_of_the_chain_expects_its_receipt(v30_node):
    item = v30_node.chain.blocks[2]["txs"][0]
    raw, sender = "0x" + item["raw"], "0x" + item["from"]
    named = {"hash": "0x" + item["hash"]}
    for given in (
        {"rlp": raw, "signer": sender, **named},
        {"tx": raw, "signer": sender, **named},
        {"Rlp": [raw, sender], **named},
        {"raw": raw, "from": sender, **named},
    ):
        case = simulated(v30_node, given)
        (receipt,) = case.blocks[0].expected.transactions
        assert receipt.hash == int(item["hash"], 16)
        assert surprise(case) is None


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ([], "no transactions"),
        ([{"rlp": "0x00"}], "field signer is missing"),
        ([{"Rlp": ["0x00"]}], "expected bytes and a signer"),
        ([{"rlp": "0x00", "signer": "0x12"}], "expected 20"),
        ([{"rlp": "0x00", "signer": "0x" + "0" * 40, "more": 1}], "unknown field"),
        ([{"type": "eip9"}], "unknown type"),
    ],
)
def test_given_transactions_that_are_none(v30_node, given, why):
    with pytest.raises(CaseError, match=why):
        imported(v30_node, 2, transactions=Node("given.json", "", given))


# The command


def test_the_command_writes_a_case_that_runs(v30_node, tmp_path):
    place = tmp_path / "case.json"
    options = ("--rpc", v30_node.url, "--answers", tmp_path / "answers.jsonl")

    done = zkos_here("corpus", "import", *options, "--block", 2, place)

    assert done.returncode == 0, done.stderr
    assert load_case(place) == imported(v30_node, 2)
    assert "zkos diff" in done.stdout
    engines = ("-e", "native", "--quirks", "upstream")
    assert zkos_here("diff", place, *engines).returncode == 0
    case = json.loads(place.read_text())
    case["expected"]["transactions"][0]["gas_used"] += 1
    place.write_text(json.dumps(case))
    assert zkos_here("diff", place, *engines).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--rpc", PORT_OF_NOBODY, "--block", "1"), "cannot be asked"),
        (("--rpc", "ftp://x", "--block", "1"), "expected a URL"),
        (("--rpc", "http://[", "--block", "1"), "expected a URL"),
        (("--rpc", "URL"), "--rpc needs --block"),
        (("--rpc", "URL", "--block", "0"), "nothing comes before block 0"),
        (("--rpc", "URL", "--block", "99"), "there is no block 99"),
        (("--rpc", "URL", "--block", "0x" + "ab" * 32), "there is no block 0xabab"),
        (("--rpc", "URL", "--block", "last"), "expected a number or a hash"),
        (("--rpc", "URL", "--block", "-5"), "expected a number or a hash"),
        (("--rpc", "URL", "--block", "1", "--protocol", "v7"), "no protocol version"),
        (
            ("--rpc", "URL", "--block", "1", "--transactions", "nowhere.json"),
            "nowhere.json: cannot be read",
        ),
        (("--block", "1"), "--block is for blocks of a node"),
        (("--pubdata-limit", "1"), "--pubdata-limit is for blocks of a node"),
    ],
)
def test_bad_input_is_one_line(v30_node, tmp_path, arguments, why):
    chosen = [v30_node.url if item == "URL" else item for item in arguments]
    answers = ("--answers", tmp_path / "kept") if "URL" in arguments else ()
    done = zkos_here("corpus", "import", *chosen, *answers, tmp_path / "case.json")
    assert done.returncode == 2, done.stderr
    assert why in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_bad_places_are_one_line(v30_node, tmp_path):
    start = ("corpus", "import", "--rpc", v30_node.url, "--block", "1")
    folder, twice = tmp_path / "case", (tmp_path / "a.json", tmp_path / "b.json")
    broken = tmp_path / "broken"
    broken.write_text("what?\n")
    for more, why in (
        ((folder,), "a case is called .json"),
        (twice, "there is one place"),
        ((tmp_path / "no" / "case.json",), "there is no folder"),
        (("--answers", broken, tmp_path / "case.json"), "no kept answer"),
    ):
        done = zkos_here(*start, *more)
        assert (done.returncode, why in done.stderr) == (2, True), done.stderr
        assert len(done.stderr.splitlines()) == 1
