"""Files of what nodes say of their blocks, read as cases."""

import copy
import gzip
import json

import pytest

from differential.expectations import first_unexpected
from differential.importers.chain import is_chain, read_chain
from differential.runners import cpython, native, riscv
from differential.runners.base import run_chain, state_of_case
from tests.cli.support import zkos_here
from tests.support.node_chain import chain_of, single_of
from zkos.cases.builder import CaseBuilder, word
from zkos.host.case import load_case, parse_case
from zkos.host.case_errors import CaseError
from zkos.host.case_reader import Node
from zkos.host.case_writer import case_to_json
from zkos.host.profile import RunOptions
from zkos.versions import Protocol

STORE = "PUSH0 CALLDATALOAD DUP1 PUSH0 SSTORE PUSH0 MSTORE PUSH1 7 PUSH1 32 PUSH0 LOG1"


@pytest.fixture(scope="module")
def builder():
    builder = CaseBuilder(protocol=Protocol.V31, timestamp=5)
    store = builder.contract(0x7777, STORE)
    builder.call("alice", store, word(1))
    builder.deploy("alice", b"\x5f\x5f\xf3")
    builder.block(timestamp=6)
    builder.from_l1(0xB0B, store, word(2), max_fee_per_gas=0)
    return builder


@pytest.fixture(scope="module")
def chain(builder):
    return chain_of(builder.build())


@pytest.fixture(scope="module")
def single():
    builder = CaseBuilder(protocol=Protocol.V31, timestamp=5)
    builder.call("alice", builder.contract(0x7777, STORE), word(1))
    return single_of(builder.build())


def read(value, *, apart=False):
    root = Node("chain.json", "", value)
    assert is_chain(root)
    return [case for _, case in read_chain(root, apart=apart)]


def surprises(case):
    """What differs on native from what the case expects, block by block."""
    found = []
    for index, outcome in enumerate(run_chain(native.run_block, case, RunOptions())):
        unexpected = first_unexpected(case.blocks[index].expected, {"native": outcome})
        found.append(None if unexpected is None else unexpected[0].layer)
        for batch in case.batches:
            if (batch.first, batch.last) == (index, index):
                unexpected = first_unexpected(batch.expected, {"native": outcome})
                found.append(None if unexpected is None else unexpected[0].layer)
    return found


def changed(value, path, new):
    """A copy of JSON with another value at a path."""
    value = copy.deepcopy(value)
    place = value
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = new(place[path[-1]]) if callable(new) else new
    return value


def test_blocks_of_a_chain_give_what_was_recorded(chain):
    (case,) = read(chain)
    assert (len(case.blocks), len(case.batches)) == (2, 2)
    assert surprises(case) == [None] * 4
    assert parse_case(case_to_json(case), "") == case


def test_blocks_apart_run_on_the_state_recorded_before_each(chain):
    cases = read(chain, apart=True)
    assert [surprises(case) for case in cases] == [[None, None]] * 2
    whole = state_of_case(read(chain)[0])
    assert state_of_case(cases[0]).tree.root() == whole.tree.root()
    assert len(cases[0].preimages) < len(chain["preimages"])


def test_a_single_block_gives_what_was_recorded(single):
    (case,) = read(single)
    assert surprises(case) == [None]
    assert parse_case(case_to_json(case), "") == case


@pytest.mark.parametrize("engine", ["cpython", "riscv"])
def test_other_engines_give_it_too(single, engine):
    run = {"cpython": cpython, "riscv": riscv}[engine].run_block
    (case,) = read(single)
    (outcome,) = run_chain(run, case, RunOptions())
    assert first_unexpected(case.blocks[0].expected, {engine: outcome}) is None


def other(known):
    """A hexadecimal string of the same length, or another number."""
    if isinstance(known, int):
        return known + 1
    text = known
    return text[:-1] + ("1" if text[-1] == "0" else "0")


@pytest.mark.parametrize(
    ("path", "new", "layer"),
    [
        (("expected", "state_root_after"), other, "state_root"),
        (("expected", "next_free_slot_after"), 1, "next_free_slot"),
        (("expected", "block_hash"), other, "block_hash"),
        (("expected", "pubdata"), other, "pubdata"),
        (("txs", 0, "expected", "status"), 0, "status"),
        (("txs", 0, "expected", "gas_used"), 1, "gas_used"),
        (("txs", 0, "expected", "events", 0, 0), other, "logs"),
        (("txs", 0, "expected", "events", 0, 1, 0), other, "logs"),
        (("txs", 0, "expected", "events", 0, 2), other, "logs"),
        (("txs", 0, "expected", "events"), [], "logs"),
        (("txs", 0, "hash"), other, "transaction_hash"),
        (("txs", 1, "expected", "contract_address"), other, "created"),
        (("txs", 0, "expected", "l2_to_l1_logs"), ["00" * 88], "l1_logs"),
    ],
)
def test_what_a_node_says_otherwise_is_a_difference(chain, path, new, layer):
    (case,) = read(changed(chain, ("chain", 1, *path), new))
    assert surprises(case)[0] == layer


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("state_commitment", "batch"),
        ("batch_output_hash", "batch"),
        ("l2_to_l1_logs_root_hash", "batch"),
        ("da_commitment", "batch"),
        ("public_input_derived", "public_input"),
    ],
)
def test_what_a_batch_says_otherwise_is_a_difference(chain, name, layer):
    (case,) = read(changed(chain, ("batches", 0, name), other))
    assert surprises(case)[1] == layer


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("state_root_before", "root_before"),
        ("next_free_slot_before", "next_free_slot_before"),
        ("state_commitment_before", "batch"),
        ("state_commitment_after", "batch"),
    ],
)
def test_what_a_single_block_says_otherwise_is_a_difference(single, name, layer):
    (case,) = read(changed(single, ("expected", name), other))
    assert surprises(case) == [layer]


def test_preimages_that_are_not_made_are_a_difference(single):
    (case,) = read(
        changed(single, ("expected", "new_preimages"), lambda known: known[1:])
    )
    assert surprises(case) == ["preimages"]


def refusal_of(value):
    """Why a file makes no case, if so."""
    try:
        for case in read(value):
            parse_case(case_to_json(case), "chain.json")
    except CaseError as error:
        return str(error)
    return None


def places(value, path=()):
    """Every place in JSON."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for name, item in items:
        if isinstance(item, dict | list):
            yield from places(item, (*path, name))
        else:
            yield (*path, name)


@pytest.mark.parametrize("new", [None, [], {}, -1, "zz", 1 << 300, True])
@pytest.mark.parametrize("form", ["chain", "single"])
def test_damaged_files_are_one_line_each(request, form, new):
    value = request.getfixturevalue(form)
    refused = 0
    for path in list(places(value))[1:]:
        damaged = changed(value, path, new)
        if not is_chain(Node("chain.json", "", damaged)):
            continue
        refusal = refusal_of(damaged)
        if refusal is not None:
            refused += 1
            assert refusal.startswith("chain.json: ")
            assert "\n" not in refusal
    assert refused > 20


@pytest.mark.parametrize("form", ["chain", "single"])
def test_missing_fields_are_named(request, form):
    value = request.getfixturevalue(form)
    named = 0
    for path in list(places(value))[1:]:
        damaged = copy.deepcopy(value)
        place = damaged
        for name in path[:-1]:
            place = place[name]
        if not isinstance(place, dict) or path[0] == "keys":
            continue
        del place[path[-1]]
        if not is_chain(Node("chain.json", "", damaged)):
            continue
        named += f"field {path[-1]} is missing" in (refusal_of(damaged) or "")
    assert named > 20


def test_a_chain_is_imported_as_a_case_that_expects(chain, tmp_path):
    source, into = tmp_path / "mine.json.gz", tmp_path / "cases"
    source.write_bytes(gzip.compress(json.dumps(chain).encode()))
    done = zkos_here("corpus", "import", source, into)
    assert done.returncode == 0, done.stderr
    assert f"zkos diff {into}" in done.stdout
    assert load_case(into / "mine.json.gz") == read(chain)[0]
    done = zkos_here("corpus", "import", source, into, "--apart")
    assert done.returncode == 0, done.stderr
    assert load_case(into / "mine_2.json.gz") == read(chain, apart=True)[1]
    done = zkos_here("diff", into, "-e", "native")
    assert done.returncode == 0, done.stdout


def test_diff_says_what_the_node_said_otherwise(chain, tmp_path):
    source, case = tmp_path / "mine.json", tmp_path / "case.json"
    wrong = changed(chain, ("chain", 2, "txs", 0, "expected", "gas_used"), 1)
    source.write_text(json.dumps(wrong))
    assert zkos_here("corpus", "import", source, case).returncode == 0
    done = zkos_here("diff", case, "-e", "native")
    assert done.returncode == 1
    assert "first difference: gas_used at transactions[0]" in done.stdout
    assert "expected  1" in done.stdout


def test_other_profiles_are_not_what_a_node_said(chain, tmp_path):
    source, case = tmp_path / "mine.json", tmp_path / "case.json"
    source.write_text(json.dumps(chain))
    assert zkos_here("corpus", "import", source, case).returncode == 0
    assert zkos_here("diff", case, "-e", "native").returncode == 0
    done = zkos_here("diff", case, "-e", "native", "--profile", "replay")
    assert done.returncode == 0, done.stdout
    done = zkos_here("diff", case, "-e", "native@replay", "-e", "riscv@replay")
    assert done.returncode == 0, done.stdout


def test_several_cases_do_not_fit_one_file(chain, tmp_path):
    source = tmp_path / "mine.json"
    source.write_text(json.dumps(chain))
    done = zkos_here("corpus", "import", source, tmp_path / "one.json", "--apart")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "2 cases need a folder" in done.stderr


@pytest.mark.parametrize("name", ["cut.json.gz", "cut.json", "foreign.json.gz"])
def test_cut_off_and_foreign_files_are_one_line(chain, tmp_path, name):
    content = json.dumps(chain).encode()
    packed = gzip.compress(content)
    source = tmp_path / name
    source.write_bytes(
        {
            "cut.json.gz": packed[: len(packed) // 2],
            "cut.json": content[: len(content) // 2],
            "foreign.json.gz": b"PK\x03\x04 something else",
        }[name]
    )
    done = zkos_here("corpus", "import", source, tmp_path / "into")
    assert done.returncode == 2
    assert done.stderr.startswith(f"zkos: {source}: ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "into").exists()


def test_apart_is_for_chains(tmp_path):
    source = tmp_path / "case.json"
    source.write_text("{}")
    done = zkos_here("corpus", "import", source, tmp_path / "into", "--apart")
    assert done.returncode == 2
    assert "no chain of a node" in done.stderr
