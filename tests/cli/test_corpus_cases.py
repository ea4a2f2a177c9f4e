"""`zkos corpus` on single cases: from a chain, to a state test, shown."""

import json

import pytest

from tests.cli.support import zkos_here
from zkos.cases.builder import CaseBuilder, word
from zkos.host.case import load_case
from zkos.host.case_writer import save_case

ALICE = f"{0xA11CE:#042x}"
HEADER = {
    "number": "0x7",
    "timestamp": "0x2a",
    "baseFeePerGas": "0x3e8",
    "miner": ALICE,
    "gasLimit": "0x1c9c380",
    "mixHash": "0x01",
    "parentHash": "0x02",
    "stateRoot": "0x03",
    "transactions": [],
}


def write(tmp_path, name, value):
    path = tmp_path / name
    path.write_text(json.dumps(value))
    return path


@pytest.fixture
def chain(tmp_path):
    empty = write(tmp_path, "trace.json", {"result": []})
    block = write(tmp_path, "block.json", {"result": HEADER})
    return block, tmp_path / "case.json", "--prestate", empty, "--diffs", empty


@pytest.fixture
def one(tmp_path):
    builder = CaseBuilder(chain_id=1)
    store = builder.contract(0x101, "PUSH0 CALLDATALOAD PUSH0 SSTORE")
    builder.call("alice", store, word(7))
    path = tmp_path / "one.json"
    save_case(builder.build(), path)
    return path


def test_block_of_a_chain_becomes_a_case(chain):
    done = zkos_here("corpus", "import", *chain, "--chain-id", "9")
    assert done.returncode == 0, done.stderr
    context = load_case(chain[1]).blocks[0].context
    assert (context.chain_id, context.block_number) == (9, 7)
    assert f"zkos diff {chain[1]}" in done.stdout


def test_run_says_which_command_imports_it(chain):
    done = zkos_here("run", chain[0])
    assert done.returncode == 2
    assert "zkos corpus import --prestate makes a case of it" in done.stderr


def test_block_without_its_traces_is_bad_usage(chain):
    done = zkos_here("corpus", "import", *chain[:4])
    assert done.returncode == 2
    assert "needs --prestate and --diffs" in done.stderr


def test_block_that_lacks_a_field_is_one_line(chain, tmp_path):
    write(tmp_path, "block.json", {**HEADER, "miner": None})
    done = zkos_here("corpus", "import", *chain)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    write(tmp_path, "block.json", {"number": "0x7"})
    done = zkos_here("corpus", "import", *chain)
    assert done.returncode == 2
    assert "field timestamp is missing" in done.stderr


def test_case_of_one_transaction_becomes_a_state_test(one, tmp_path):
    out = tmp_path / "test.json"
    done = zkos_here("corpus", "export", one, out, "--state-test")
    assert done.returncode == 0, done.stderr
    (test,) = json.loads(out.read_text()).items()
    assert test[0] == "one"
    assert test[1]["transaction"]["data"] == ["0x" + word(7).hex()]


def test_what_no_state_test_can_say_names_the_case(one, tmp_path):
    builder = CaseBuilder(chain_id=1)
    save_case(builder.build(), one)
    done = zkos_here("corpus", "export", one, tmp_path / "test.json", "--state-test")
    assert done.returncode == 2
    assert done.stderr.startswith(f"zkos: {one}: a state test has one block")
    assert not (tmp_path / "test.json").exists()


def test_show_is_a_line_a_case(one, tmp_path):
    write(tmp_path, "bad.json", {"block": {}, "colour": 1})
    done = zkos_here("corpus", "show", tmp_path)
    assert done.returncode == 2
    assert "bad.json: colour: unknown field" in done.stderr
    row = next(line for line in done.stdout.splitlines() if "one.json" in line)
    assert row.split()[1:] == ["1", "1", "2", "4", "eip1559", "1"]
