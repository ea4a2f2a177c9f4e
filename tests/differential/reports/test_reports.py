import json
import shlex
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from differential.case_outcome import CaseOutcome
from differential.engines import Engine, parse_engines
from differential.outcome import Difference, Outcome, Result
from differential.reports.html import html
from differential.reports.junit import junit
from differential.reports.record import RunRecord, published_cycles
from differential.reports.replay import diff_command, trace_command
from differential.reports.traces import trace_differences
from differential.session import BadCase, BlockResult, Session
from differential.trace_diff import CONTEXT
from differential.workers import Limits
from tests.cli.support import zkos_here
from zkos.host.case import parse_case
from zkos.host.context import DataAvailability
from zkos.host.profile import Mode, Profile, Quirks, RunOptions
from zkos.versions import Protocol

EMPTY = parse_case({"block": {}}, "empty")
CORPORA = Path(__file__).resolve().parents[3] / "corpora"
COLD = CORPORA / "regressions" / "upstream_p256_is_cold" / "case.json"
GOOD = Outcome(Result.SUCCESS, public_input=b"\1" * 32, seconds=0.25)
OTHER = replace(GOOD, public_input=b"\2" * 32)


def result(path, engines, difference=None):
    outcome = CaseOutcome(str(path), "app", "none", engines, difference)
    return BlockResult(path, EMPTY, 0, outcome, ())


@pytest.fixture
def run(tmp_path):
    counted = replace(GOOD, seconds=1.5, cycles=1_234_567)
    values = ("0x" + "01" * 32, "0x" + "02" * 32)
    engines = [Engine("native", "", "native"), Engine("riscv", "", "riscv")]
    record = RunRecord("zkos diff <cases>", engines)
    record.add(result(tmp_path / "same.json", {"native": GOOD, "riscv": counted}))
    difference = Difference(("native", "riscv"), "public_input", "", values)
    engines = {"native": GOOD, "riscv": OTHER}
    record.add(result(tmp_path / "other.json", engines, difference))
    crash = Outcome(Result.CRASH, "SIGKILL & more")
    record.add(result(tmp_path / "dead.json", {"native": GOOD, "riscv": crash}))
    record.add(BadCase(tmp_path / "bad.json", "bad.json: not JSON"))
    return record


def test_junit_counts_and_tells_differences(run):
    suite = ElementTree.fromstring(junit(run).partition("\n")[2])
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors")}
    assert counts == {"tests": "4", "failures": "1", "errors": "2"}
    failure = suite.find("testcase/failure")
    assert failure.get("message") == "first difference: public_input"
    assert "02" * 32 in failure.text
    messages = [error.get("message") for error in suite.findall("testcase/error")]
    assert messages == ["riscv: crash: SIGKILL & more", "bad.json: not JSON"]


def test_page_needs_nothing_else_and_escapes(run):
    page = html(run)
    assert "zkos diff &lt;cases&gt;" in page
    assert "1,234,567" in page
    assert "SIGKILL &amp; more" in page
    for outside in ("http:", "https:", "src=", "<link"):
        assert outside not in page


def test_page_of_an_empty_run_is_whole():
    assert "0 blocks" in html(RunRecord("zkos diff"))


def test_theirs_is_read_beside_the_case():
    case = CORPORA / "vectors" / "empty.json"
    assert published_cycles(case, DataAvailability.KECCAK, 0) == 517_050
    assert published_cycles(case, DataAvailability.NONE, 0) == 481_557
    other = case.with_name("none.json")
    assert published_cycles(other, DataAvailability.KECCAK, 0) is None


def traced(names, path=COLD, index=0):
    """A run of one case, traced; `index` is the block that is looked for."""
    engines = parse_engines(names)
    run = RunRecord("zkos diff", engines)
    with Session(engines, run.options, Limits(120.0)) as session:
        for item in session.run([path]):
            run.add(item)
    (record,) = run.records
    record.result = replace(record.result, index=index)
    trace_differences(run, jobs=1)
    return run


def test_a_difference_has_the_steps_around_it():
    run = traced(["native", "native@upstream"])
    (record,) = run.records
    trace = record.trace

    assert (trace.transaction, trace.step, trace.field) == (0, 8, "gas")
    assert trace.opcode == "STATICCALL"
    # A cold account costs 2500 gas more (EIP-2929).
    ours, theirs = (int(text.split()[0]) for text in trace.values)
    assert ours - theirs == 2500
    (split,) = [row for row in trace.rows if row.is_split]
    assert [side.opcode.text for side in split.sides] == ["POP", "POP"]
    before = [row for row in trace.rows if row.number < trace.step]
    opcodes = [row.sides[0].opcode.text for row in before]
    assert opcodes[-3:] == ["PUSH2", "GAS", "STATICCALL"]
    assert [row.number for row in before if row.is_culprit] == [7]
    assert all(row.sides[0] == row.sides[1] for row in before)
    after = [row for row in trace.rows if row.number > trace.step]
    assert len(after) == CONTEXT


def test_a_difference_outside_the_evm_says_so():
    path = CORPORA / "vectors" / "native_thresholds.json"
    (record,) = traced(["native", "native@replay"], path).records

    assert record.trace is None
    assert record.note.startswith("No step of the EVM ran")


def test_a_trace_that_fails_leaves_the_page_whole():
    run = traced(["native", "native@upstream"], index=7)

    assert run.records[0].trace is None
    assert run.records[0].note.startswith(
        "No trace: tracing did not end well: IndexError"
    )
    assert run.records[0].note in html(run).replace("&#39;", "'")


@pytest.mark.parametrize(("kind", "argument"), [("image", "x.bin"), ("anvil", "")])
def test_engines_that_cannot_be_traced_are_named(tmp_path, kind, argument):
    engines = [Engine("native", "", "native"), Engine(kind, argument, kind)]
    run = RunRecord("zkos diff", engines)
    difference = Difference(("native", kind), "public_input", "", ("0x1", "0x2"))
    run.add(result(tmp_path / "a.json", {"native": GOOD, kind: OTHER}, difference))
    trace_differences(run, jobs=1)
    page = html(run)

    assert f"No trace: {kind} cannot be traced" in page
    assert f"--engine {kind}{'=' if argument else ''}{argument}" in page
    assert "zkos trace" not in page


def test_memory_of_a_long_trace_is_not_compared(monkeypatch):
    short = traced(["native", "native@upstream"])
    monkeypatch.setattr("differential.reports.traces.MOST_WITH_MEMORY", 2)
    long = traced(["native", "native@upstream"])

    assert short.records[0].note == ""
    assert long.records[0].note.startswith("Memory was not compared")
    assert long.records[0].note in html(long)
    assert long.records[0].trace.opcode == "STATICCALL"


def test_a_page_of_many_differences_traces_the_first_ones(tmp_path, monkeypatch):
    monkeypatch.setattr("differential.reports.traces.MOST_TRACED", 0)
    (record,) = traced(["native", "native@upstream"]).records

    assert record.note.startswith("No trace: only the first 0 differences")


def test_tracing_ends_in_time(monkeypatch):
    monkeypatch.setattr("differential.reports.traces.MOST_SECONDS", 0.0)
    (record,) = traced(["native", "native@upstream"]).records

    assert record.note == "No trace: there was no time left for it."


def test_theirs_come_from_the_image_if_it_ran(tmp_path):
    engines = [Engine("riscv", "", "riscv"), Engine("image", "x/app.bin", "image")]
    run = RunRecord("zkos diff", engines)
    for number, theirs in enumerate((400, 100)):
        answers = {
            "image": replace(GOOD, cycles=theirs),
            "riscv": replace(GOOD, cycles=150),
        }
        run.add(result(tmp_path / f"{number}.json", answers))
    page = " ".join(html(run).split())

    for ours, count, ratio in (("150", "400", "0.375"), ("300", "500", "0.600")):
        assert (
            f'<td class="number">{ours}</td> <td class="number">{count}</td> '
            f'<td class="number">{ratio}</td>'
        ) in page
    assert "<td>app.bin</td>" in page


def test_theirs_come_from_beside_the_case_otherwise(tmp_path):
    expected = {"outcome": "success", "reason": "", "output_bytes": "0x" + "01" * 32}
    counts = ("blake2s_delegations", "bigint_delegations", "oracle_words_read")
    expected |= dict.fromkeys((*counts, "oracle_words_written"), 0)
    expected |= {"cycles": 300, "queries": {}}
    beside = tmp_path / "a.expected.json"
    beside.write_text(
        json.dumps({"images": {"singleblock_batch": {"keccak": expected}}})
    )
    run = RunRecord("zkos diff", [Engine("riscv", "", "riscv")])
    run.add(result(tmp_path / "a.json", {"riscv": replace(GOOD, cycles=150)}))
    page = " ".join(html(run).split())

    assert '<td class="number">300</td> <td class="number">0.500</td>' in page


def test_commands_say_all_that_is_unusual():
    path = Path("a case.json")
    engines = parse_engines(["native@upstream", "riscv"])
    engines.append(Engine("image", "x/app.bin", "image"))
    options = RunOptions(
        Profile.REPLAY, Mode.FORWARD, Quirks.UPSTREAM, extra_precompiles=True
    )
    unusual = "--profile replay --mode forward --quirks upstream --extra-precompiles"

    assert diff_command(path, engines, options) == (
        "zkos diff 'a case.json' --engine native@upstream --engine riscv "
        f"--engine image=x/app.bin {unusual}"
    )
    assert trace_command(path, 3, engines[:2], RunOptions()) == (
        "zkos trace 'a case.json' --block 3 --diff native@upstream riscv"
    )
    assert parse_engines([engine.spelled for engine in engines[:2]]) == engines[:2]


@pytest.mark.native
def test_commands_that_are_printed_can_be_given(tmp_path):
    case = tmp_path / "a case.json"
    case.write_text((CORPORA / "transfers" / "self_and_zero.json").read_text())
    engines = parse_engines(["native", "native@forward"])
    options = RunOptions(
        Profile.REPLAY,
        Mode.FORWARD,
        Quirks.UPSTREAM,
        extra_precompiles=True,
        da=DataAvailability.BLOBS,
    )
    for line in (
        diff_command(case, engines, options),
        trace_command(case, 0, engines, options),
    ):
        done = zkos_here(*shlex.split(line)[1:])
        assert done.returncode == 0, line + done.stderr
    newer = replace(options, protocol=Protocol.V31)
    for line in (
        diff_command(case, engines, newer),
        trace_command(case, 0, engines, newer),
    ):
        assert "--protocol v31" in line
        done = zkos_here(*shlex.split(line)[1:], "--nosuch")
        assert done.stderr.startswith("zkos: No such option: --nosuch")


def test_pages_do_not_depend_on_the_order_of_results(run):
    page = html(run)
    run.records.reverse()

    assert html(run) == page
