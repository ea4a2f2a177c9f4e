"""`zkos compare`: two cases, or a case and receipts."""

import json

import pytest

from tests.cli.support import rows, zkos_here
from tests.pins import CORPORA

CASE = CORPORA / "create" / "token.json"


def receipts_of(path):
    """What a node would say of our own first block."""
    (row, *_) = rows(zkos_here("run", path, "--json"))
    told = [
        {
            "status": hex(item["status"] == "success"),
            "gasUsed": hex(item["gas_used"]),
            "logs": item["logs"],
        }
        for item in row["engines"]["native"]["transactions"]
        if item["status"] != "invalid"
    ]
    assert told
    return told


@pytest.fixture(scope="module")
def receipts():
    return receipts_of(CASE)


def written(folder, content, name="receipts.json"):
    path = folder / name
    path.write_text(json.dumps(content))
    return path


@pytest.mark.parametrize("wrap", [list, lambda told: {"id": 1, "result": told}])
def test_receipts_that_are_ours(tmp_path, receipts, wrap):
    done = zkos_here("compare", CASE, written(tmp_path, wrap(receipts)))
    assert done.returncode == 0, done.stderr
    assert "native  no difference" in done.stdout


def test_receipts_that_are_not(tmp_path, receipts):
    wrong = {**receipts[-1], "gasUsed": "0x1"}
    path = written(tmp_path, [*receipts[:-1], wrong])
    done = zkos_here("compare", CASE, path, "-e", "native", "-e", "riscv", "--json")
    assert done.returncode == 1, done.stderr
    (row,) = rows(done)
    assert row["sides"] == [str(CASE), "receipts"]
    assert row["block"] == 0
    for name in ("native", "riscv"):
        found = row["engines"][name]["difference"]
        assert found["engines"] == ["receipts", name]
        assert found["layer"] == "gas_used"
        assert found["where"] == f"transactions[{len(receipts) - 1}]"
        assert found["values"][0] == 1
    done = zkos_here("compare", CASE, written(tmp_path, [*receipts[:-1], wrong, wrong]))
    assert "first difference: transactions" in done.stdout


def test_two_cases(tmp_path):
    content = json.loads(CASE.read_text())
    same = written(tmp_path, content, "same.json")
    content["block"]["timestamp"] = 43
    other = written(tmp_path, content, "other.json")
    assert zkos_here("compare", CASE, same).returncode == 0
    done = zkos_here("compare", CASE, other)
    assert done.returncode == 1
    assert "first difference: public_input" in done.stdout
    assert "also different: block_hash" in done.stdout
    assert str(other) in done.stdout


def test_an_engine_without_an_answer_is_no_agreement(tmp_path):
    done = zkos_here("compare", CASE, CASE, "-e", "py_evm")
    assert done.returncode == 2
    assert "not compared" in done.stdout
    assert "nothing was compared" in done.stderr
    done = zkos_here("compare", CASE, CASE, "-e", "py_evm", "-e", "native", "--json")
    assert done.returncode == 0
    engines = rows(done)[0]["engines"]
    assert engines["native"] == {"compared": True, "difference": None}
    assert not engines["py_evm"]["compared"]


def test_an_engine_that_fails_is_code_three():
    engine = "module=tests.differential.engines.raising"
    done = zkos_here("compare", CASE, CASE, "-e", engine)
    assert done.returncode == 3
    assert "RuntimeError" in done.stdout


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    content = json.loads(CASE.read_text())
    context = content["block"]
    later = {**context, "block_number": context["block_number"] + 1}
    content["then"] = [{"block": later, "txs": []}]
    return written(tmp_path_factory.mktemp("chain"), content, "chain.json")


def test_blocks_of_chains(chain, tmp_path, receipts):
    done = zkos_here("compare", chain, chain, "--batch", "--json")
    assert done.returncode == 0, done.stderr
    places = [(row.get("block"), row.get("batch")) for row in rows(done)]
    assert places == [(0, None), (1, None), (None, True)]
    done = zkos_here("compare", CASE, chain)
    assert done.returncode == 2
    assert "not equally many blocks" in done.stderr
    told = written(tmp_path, receipts)
    done = zkos_here("compare", chain, told)
    assert done.returncode == 2
    assert "--block says whose" in done.stderr
    assert zkos_here("compare", chain, told, "--block", 0).returncode == 0
    done = zkos_here("compare", chain, told, "--block", 1)
    assert done.returncode == 1
    assert "first difference: transactions" in done.stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([{"status": "0x1"}], ["[0]", "field gasUsed is missing"]),
        ([{"status": "0x2", "gasUsed": 1, "logs": []}], ["[0].status", "2"]),
        ([1], ["[0]", "expected an object"]),
        ([{"status": 1, "gasUsed": 1, "logs": [{}]}], ["[0].logs[0]", "missing"]),
        ({"result": [None]}, ["result[0]", "expected an object"]),
        ({"result": None}, ["result", "expected a list"]),
    ],
)
def test_what_are_no_receipts(tmp_path, content, words):
    path = written(tmp_path, content)
    done = zkos_here("compare", CASE, path)
    assert done.returncode == 2, done.stdout
    (line,) = done.stderr.splitlines()
    assert str(path) in line
    for word in words:
        assert word in line, line
