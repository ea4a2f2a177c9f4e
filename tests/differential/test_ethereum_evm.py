"""Our OS as an EVM of state tests: lines, roots, and what EELS's own tool says."""

import io
import json
import sys
import tarfile
import time
from hashlib import sha256

import pytest

from differential.ethereum.client import NO_ROOT, Client, Wanted
from differential.ethereum.line_compare import (
    eels_lines,
    first_difference,
    is_creation,
    our_lines,
    variants_with_tests,
)
from differential.importers.ethereum_state_tests import read_state_variants
from zkos.cases.assembler import assemble
from zkos.host.case_errors import CaseError
from zkos.host.case_reader import parse_json
from zkos.host.signing import address_of_key
from zkos.versions import Fork

# Two builds of the whole OS serve these tests alone.
pytestmark = pytest.mark.slow

KEY = bytes(31) + b"\x45"
SENDER = f"{address_of_key(KEY):#042x}"
CONTRACT = "0x" + "c0" * 20
OTHER = "0x" + "0f" * 20
COINBASE = "b94f5374fce5edbc8e2a8697c15331677e6ebf0b"
CALLS = f"""
PUSH1 1 PUSH1 2 SSTORE
PUSH0 PUSH0 PUSH0 PUSH0 PUSH1 7 PUSH20 {OTHER} PUSH2 0x1000 CALL
PUSH1 0x20 PUSH0 MSTORE PUSH0 PUSH1 2 SSTORE PUSH1 4 PUSH0 RETURN
"""


def written(codes=None, fork="Osaka", **changes):
    """A state test as fuzzers write it: not filled, and with a key."""
    test = {
        "env": {
            "currentCoinbase": COINBASE,
            "currentNumber": "0x1",
            "currentTimestamp": "0x3e8",
            "currentGasLimit": "0x26e1f476fe1e22",
            "currentDifficulty": "0x200000",
            "currentBaseFee": "0x10",
            "currentRandom": "0x0",
            "previousHash": "0x" + "00" * 32,
        },
        "pre": {
            SENDER: {"balance": hex(10**20), "nonce": "0x0", "code": "", "storage": {}},
            **{
                place: {
                    "balance": "0x10",
                    "nonce": "0x1",
                    "code": "0x" + assemble(code).hex(),
                    "storage": {},
                }
                for place, code in (codes or {}).items()
            },
        },
        "transaction": {
            "gasPrice": "0x10",
            "nonce": "0x0",
            "to": CONTRACT,
            "data": ["0x"],
            "gasLimit": ["0x30d40"],
            "value": ["0x0"],
            "secretKey": "0x" + KEY.hex(),
        },
        "post": {
            fork: [
                {
                    "hash": "0x" + "00" * 32,
                    "logs": "0x" + "00" * 32,
                    "indexes": {"data": 0, "gas": 0, "value": 0},
                }
            ]
        },
    }
    test["transaction"].update(changes)
    return {"made": test}


def ran(path, **wanted):
    """Lines and results of a file."""
    lines, results = io.StringIO(), io.StringIO()
    client = Client(Wanted(engine="cpython", **wanted), lines, results)
    client.run_file(path)
    return lines.getvalue().splitlines(), json.loads(results.getvalue())


def save(tmp_path, test, name="test.json"):
    path = tmp_path / name
    path.write_text(json.dumps(test))
    return path


def test_lines_are_those_of_eels(tmp_path):
    pytest.importorskip("ethereum")
    codes = {CONTRACT: CALLS, OTHER: "PUSH1 1 PUSH0 PUSH0 REVERT"}
    for code in ("PUSH1 3 INVALID", "POP", "JUMPDEST JUMP", "PUSH1 4 JUMP"):
        codes = {**codes, OTHER: code}
        test = written(codes)
        lines, _ = ran(save(tmp_path, test), steps=True)
        root = parse_json(json.dumps(test).encode(), "test")
        ((variant, node),) = variants_with_tests(root)
        theirs = eels_lines(variant, node, Fork.OSAKA)
        assert first_difference(lines, theirs) is None
        assert len(lines) > 20


def test_a_line_that_differs_is_found():
    line = {"pc": 0, "op": 1, "gas": "0x1", "stack": [], "depth": 1, "refund": 0}
    one, two = (json.dumps({**line, "gas": gas}) for gas in ("0x1", "0x2"))
    assert first_difference([one], [one]) is None
    found = first_difference([one, two], [one, one])
    assert found is not None
    assert (found.line, found.ours) == (1, two)
    assert first_difference([one], [one, one]) is not None
    root, other = (json.dumps({"stateRoot": "0x" + text * 32}) for text in ("00", "01"))
    assert first_difference([one, root], [one, other]) is not None


def test_return_data_and_memory_are_shown_if_wanted(tmp_path):
    path = save(tmp_path, written({CONTRACT: CALLS, OTHER: "PUSH1 2 PUSH0 RETURN"}))
    lines, _ = ran(path, steps=True, memory=True, return_data=True)
    steps = [json.loads(line) for line in lines[:-2]]
    last = steps[-1]
    assert last["memory"] == "0x" + "00" * 31 + "20"
    assert last["returnData"] == "0x0000"
    assert "memory" not in steps[0]
    plain, _ = ran(path, steps=True, stack=False)
    assert not {"stack", "memory", "returnData"} & set(json.loads(plain[-3]))


def test_a_result_says_what_came_out(tmp_path):
    path = save(tmp_path, written({CONTRACT: "STOP"}))
    lines, (result,) = ran(path)
    assert [json.loads(line) for line in lines] == [{"stateRoot": result["stateRoot"]}]
    assert (result["name"], result["fork"], result["pass"]) == ("made", "Osaka", False)
    assert result["error"].startswith("post state root mismatch: got 0x")


def test_a_refused_transaction_changes_nothing(tmp_path):
    path = save(tmp_path, written({CONTRACT: "STOP"}, nonce="0x5"))
    lines, (result,) = ran(path, steps=True)
    assert "NonceTooHigh" in lines[0]
    assert lines[0].startswith("# ")
    (variant,) = read_state_variants(path)
    from differential.ethereum.states import full_state

    assert result["stateRoot"] == f"0x{full_state(variant.before).root.hex()}"


def test_blocks_before_have_the_hashes_of_their_digits(tmp_path):
    from zkos.host.signing import keccak256

    code = "PUSH1 123 BLOCKHASH PUSH0 SSTORE PUSH1 234 BLOCKHASH PUSH1 1 SSTORE STOP"
    test = written({CONTRACT: code})
    test["made"]["env"]["currentNumber"] = hex(234)
    lines, _ = ran(save(tmp_path, test), steps=True)
    stacks = [json.loads(line).get("stack") for line in lines]
    digest = int.from_bytes(keccak256(b"123"), "big")
    assert [hex(digest)] in stacks
    assert ["0x0"] in stacks


def test_a_fork_that_is_not_known_gives_no_root(tmp_path):
    path = save(tmp_path, written({CONTRACT: "STOP"}, fork="Byzantium"))
    lines, results = ran(path)
    assert results == []
    assert lines[0] == "# made[Byzantium-0-0-0]: fork Byzantium is not known"
    assert json.loads(lines[1])["stateRoot"] == NO_ROOT
    _, (result,) = ran(path, fork=Fork.PRAGUE)
    assert result["stateRoot"] != NO_ROOT


def test_names_come_line_by_line(tmp_path):
    good = save(tmp_path, written({CONTRACT: "STOP"}))
    bad = save(tmp_path, {"made": {}}, "bad.json")
    lines, results = io.StringIO(), io.StringIO()
    client = Client(Wanted(engine="cpython"), lines, results)
    assert client.run_names(io.StringIO(f"{good}\n{bad}\n{good}\n")) == 1
    roots = [json.loads(line)["stateRoot"] for line in lines.getvalue().splitlines()]
    assert roots[1] == NO_ROOT
    assert roots[0] == roots[2] != NO_ROOT


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"gasPrice": "0x"}, "transaction.gasPrice: not a number"),
        ({"secretKey": "0x11"}, "transaction.secretKey: 1 bytes, expected 32"),
        ({"gasLimit": []}, "transaction.gasLimit: no entry 0"),
    ],
)
def test_bad_tests_name_the_field(tmp_path, change, words):
    with pytest.raises(CaseError, match=words):
        ran(save(tmp_path, written({CONTRACT: "STOP"}, **change)))


TESTS = 1000
MOST_LINES = 20_000
"""EELS needs minutes for some tests."""


@pytest.mark.slow
@pytest.mark.native
def test_a_thousand_tests_have_the_lines_of_eels(shared, capsys):
    """One of four variants of a file at most, files in an order of their own."""
    pytest.importorskip("ethereum")
    place = shared / "fixtures" / "state_tests"
    compared, lines, unable, seconds = 0, 0, 0, 0.0
    for root in _files(place):
        for variant, test in list(variants_with_tests(root))[:4]:
            started = time.perf_counter()
            ours = our_lines(variant, Fork.PRAGUE)
            seconds += time.perf_counter() - started
            if len(ours) > MOST_LINES:
                continue
            theirs = eels_lines(variant, test, Fork.PRAGUE)
            if json.loads(ours[-1])["stateRoot"] == NO_ROOT:
                assert "overflow of U64 mul" in ours[-1]
                unable += 1
                continue
            found = first_difference(ours, theirs, creation=is_creation(test))
            assert found is None, (variant.name, found)
            compared, lines = compared + 1, lines + len(ours)
        if compared >= TESTS:
            break
    with capsys.disabled():
        sys.stdout.write(
            f"\n{compared} tests, {lines} lines, {compared / seconds:.0f} tests/s, "
            f"{unable} with more gas than can be counted\n"
        )
    assert compared >= TESTS


def _files(place):
    found = []
    for archive in sorted(place.glob("*.tar.xz")):
        with tarfile.open(archive) as bundle:
            for member in bundle:
                if member.isfile() and member.name.endswith(".json"):
                    content = bundle.extractfile(member).read()
                    found.append((sha256(member.name.encode()).digest(), content))
    for _, content in sorted(found):
        yield parse_json(content, "test")
