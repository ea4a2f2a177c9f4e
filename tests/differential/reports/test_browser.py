"""What a person sees on the page of a run."""

import pytest

from differential.case_outcome import CaseOutcome
from differential.engines import Engine, parse_engines
from differential.outcome import Outcome, Result
from differential.reports.html import MOST_BARS, html
from differential.reports.record import RunRecord
from differential.reports.traces import trace_differences
from differential.session import BlockResult, Session
from differential.workers import Limits
from tests.cli.support import zkos
from tests.differential.reports.browser import check_everywhere, look
from tests.differential.reports.test_reports import COLD, CORPORA, EMPTY

ENGINES = [Engine("native", "", "native"), Engine("riscv", "", "riscv")]


def outcome(seconds, cycles=None):
    return Outcome(
        Result.SUCCESS, public_input=b"\1" * 32, seconds=seconds, cycles=cycles
    )


def alike(count, folder):
    run = RunRecord("zkos diff cases", ENGINES)
    for number in range(count):
        path = folder / f"a_case_with_a_long_name_that_says_what_it_is_{number}.json"
        engines = {
            "native": outcome(0.001 * (1 + number % 7)),
            "riscv": outcome(0.05 * (1 + number % 11), 100_000 + number),
        }
        done = CaseOutcome(str(path), "app", "none", engines)
        run.add(BlockResult(path, EMPTY, 0, done, ()))
    return run


@pytest.fixture(scope="module")
def different():
    engines = parse_engines(["native", "native@upstream"])
    run = RunRecord("zkos diff", engines)
    with Session(engines, run.options, Limits(120.0)) as session:
        for result in session.run([COLD, CORPORA / "create" / "token.json"]):
            run.add(result)
    trace_differences(run, jobs=1)
    return html(run)


def test_a_difference_is_seen_with_its_trace(different, tmp_path):
    seen = look(different, tmp_path)
    seen.check()

    (summary,) = seen.text('id="summary"')
    assert summary.startswith("2 blocks, 1 with a difference, 0 with a failed engine")
    (row,) = seen.text('class="difference"')[:1]
    assert row.split()[1:] == [
        "native,",
        "native@upstream",
        "public_input",
        "gas",
        "after",
        "STATICCALL",
    ]
    assert [chart["name"] for chart in seen.charts] == [
        "Blocks by time",
        "The slowest blocks",
    ]
    (split,) = seen.text('class="split"')
    assert split.split()[0] == "8"
    steps = seen.text('class="steps"')[0].split()
    for opcode in ("PUSH2", "GAS", "STATICCALL"):
        assert steps.count(opcode) >= 2
    (replay,) = seen.text('class="replay"')
    assert replay == (
        f"zkos diff {COLD} --engine native --engine native@upstream "
        f"zkos trace {COLD} --diff native native@upstream"
    )


def test_runs_are_readable_everywhere(different, tmp_path):
    page, case = tmp_path / "run.html", tmp_path / "<img src=x onerror=alert(1)>.json"
    case.write_text((CORPORA / "create" / "token.json").read_text())
    done = zkos("run", case, "--html", page)
    assert done.returncode == 0, done.stderr
    content = page.read_text()
    check_everywhere(tmp_path, different, content)
    shown = look(content, tmp_path)
    assert "<img" not in shown.dom
    words = " ".join(shown.text('class="block"'))
    for text in done.stdout.split():  # what the terminal shows, word by word
        assert text in words or text == str(case) or "." in text


def test_a_clean_run_is_seen_to_be_clean(tmp_path):
    seen = look(html(alike(3, tmp_path)), tmp_path)
    seen.check()

    (summary,) = seen.text('id="summary"')
    assert summary == (
        "3 blocks, 0 with a difference, 0 with a failed engine, 0 bad cases"
    )
    assert '<p id="summary" class="good">' in seen.dom
    assert "<mark" not in seen.dom
    assert "100,002 unknown" in seen.text('id="cycles"')[0]


def test_a_crash_is_seen_with_its_reason(tmp_path):
    run = alike(1, tmp_path)
    path = tmp_path / "dead.json"
    engines = {"native": outcome(0.5), "riscv": Outcome(Result.CRASH, "SIGKILL & more")}
    run.add(
        BlockResult(path, EMPTY, 0, CaseOutcome(str(path), "app", "none", engines), ())
    )
    seen = look(html(run), tmp_path)
    seen.check()

    assert "1 with a failed engine" in seen.text('id="summary"')[0]
    (failure,) = seen.text('class="failure"')
    assert "riscv: crash: SIGKILL & more" in failure
    assert f"zkos diff {path} --engine native --engine riscv" in failure


def test_three_hundred_blocks_are_readable(tmp_path):
    seen = look(html(alike(300, tmp_path)), tmp_path)
    seen.check()

    slowest = seen.charts[1]
    assert len(slowest["marks"]) == 2 * MOST_BARS
    assert min(height for _, _, height in slowest["marks"]) > 5
    assert len(seen.text('id="results"')[0].split(" alike")) == 301


def test_the_console_of_a_page_is_heard(tmp_path):
    seen = look("<body><script>nothing()</script></body>", tmp_path)

    assert "nothing is not defined" in seen.console[0]


def test_what_is_too_wide_is_noticed(tmp_path):
    seen = look('<body><p style="width: 3000px">x</p></body>', tmp_path)

    with pytest.raises(AssertionError):
        seen.check()
