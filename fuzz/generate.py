"""Run generated cases by seed: `python -m fuzz.generate --first 0 --count 1000`.

The same seeds give the same cases and findings, whatever the number of jobs. Each
finding is written at once: the case, and beside it what differed and how to replay.
Exit codes: 0 nothing found, 1 findings, 2 usage, 130 interrupted.
"""

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from differential.outcome import Difference
from fuzz import opcodes
from fuzz.examine import VARIANTS, Finding, examine, prepare
from fuzz.statistics import Statistics
from fuzz.strategies.cases import case as generate_case
from fuzz.strategies.source import RandomSource
from zkos.host.case import Case
from zkos.host.case_writer import save_case
from zkos.host.profile import Quirks, RunOptions

CHUNK: Final = 25
"""Seeds a worker takes at once."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with each seed."""

    findings: Path
    engines: tuple[str, ...] = ()
    quirks: Quirks | None = None
    """None alternates."""
    slow_seconds: float = 20.0
    """A case that takes longer is reported too."""

    def options(self, seed: int) -> RunOptions:
        """The variant of the OS a seed is run with."""
        known = [v for v in VARIANTS if self.quirks in (None, v.quirks)]
        return known[seed % len(known)]


@dataclass(slots=True)
class Result:
    """What came of some seeds."""

    seeds: int
    found: list[str]
    statistics: Statistics


def run_seeds(plan: Plan, seeds: range) -> Result:
    """Generate and examine a case for each seed."""
    prepare(plan.engines)
    result = Result(len(seeds), [], Statistics())
    for seed in seeds:
        made = generate_case(RandomSource(seed))
        options = plan.options(seed)
        started = time.perf_counter()
        examination = examine(made, options, plan.engines)
        seconds = time.perf_counter() - started
        result.statistics.add(made, examination.outcomes)
        finding = examination.finding
        if finding is None and seconds > plan.slow_seconds:
            finding = Finding("slow", 0, f"{seconds:.1f} s")
        if finding is not None:
            result.found.append(_save(plan, seed, made, options, finding))
    return result


def _save(
    plan: Plan, seed: int, case: Case, options: RunOptions, finding: Finding
) -> str:
    """Write a finding; its one line for the console."""
    plan.findings.mkdir(parents=True, exist_ok=True)
    path = plan.findings / f"{finding.kind}-{seed}.json"
    save_case(case, path)
    detail: Any = finding.detail
    if isinstance(detail, Difference):
        detail = detail.to_json()
    about = {
        "seed": seed,
        "kind": finding.kind,
        "block": finding.block,
        "profile": options.profile.value,
        "quirks": options.quirks.value,
        "extra_precompiles": options.extra_precompiles,
        "difference": detail,
        "replay": " ".join(_replay(path, options)),
    }
    text = json.dumps(about, indent=1)
    path.with_suffix(".finding.json").write_text(text + "\n")
    return f"{path.name}: block {finding.block}: {detail}"


def _replay(path: Path, options: RunOptions) -> list[str]:
    """The command that runs a finding again."""
    words = ["zkos", "diff", path.name, "--profile", options.profile.value]
    words += ["--quirks", options.quirks.value]
    if options.extra_precompiles:
        words.append("--extra-precompiles")
    return [*words, "--engine", "native", "--engine", "riscv"]


def run(plan: Plan, first: int, count: int, jobs: int) -> Iterator[Result]:
    """All seeds from `first` on, in order, on `jobs` processes."""
    chunks = [
        (plan, range(start, min(start + CHUNK, first + count)))
        for start in range(first, first + count, CHUNK)
    ]
    if jobs == 1:
        yield from (run_seeds(*chunk) for chunk in chunks)
        return
    # Compiled code and its memory are loaded in each worker: nothing is inherited.
    context = multiprocessing.get_context("spawn")
    with context.Pool(jobs) as pool:
        yield from pool.imap(_run_chunk, chunks)


def _run_chunk(chunk: tuple[Plan, range]) -> Result:
    return run_seeds(*chunk)


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parsed = _parser().parse_args(arguments)
    plan = Plan(
        parsed.findings,
        tuple(parsed.engine),
        None if parsed.quirks is None else Quirks(parsed.quirks),
    )
    total, found = Statistics(), 0
    started = time.perf_counter()
    done, ended = 0, 0
    try:
        for result in run(plan, parsed.first, parsed.count, parsed.jobs):
            total.merge(result.statistics)
            done += result.seeds
            found += len(result.found)
            for line in result.found:
                _say(f"FOUND {line}")
            rate = done / (time.perf_counter() - started)
            if done % (4 * CHUNK) == 0:
                _say(f"#{done} {rate:.1f}/s {found} findings")
            if parsed.time and time.perf_counter() - started > parsed.time:
                break
    except KeyboardInterrupt:
        ended = 130
    _say("\n".join(total.lines()))
    if parsed.opcodes and not ended:
        sample = range(parsed.first, parsed.first + min(parsed.opcodes, done))
        cases = (generate_case(RandomSource(seed)) for seed in sample)
        _say("\n".join(opcodes.lines(cases, RunOptions())))
    _say(f"{done} seeds from {parsed.first}, next {parsed.first + done}, {found} found")
    return ended or int(found > 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fuzz.generate", description=__doc__)
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--count", type=int, default=1000, help="number of seeds")
    parser.add_argument("-j", "--jobs", type=int, default=1)
    parser.add_argument("--time", type=float, default=0, help="seconds, 0 no limit")
    parser.add_argument("--findings", type=Path, default=Path("findings"))
    parser.add_argument(
        "--opcodes", type=int, default=0, help="count executed opcodes of so many seeds"
    )
    parser.add_argument("--quirks", choices=[quirks.value for quirks in Quirks])
    parser.add_argument(
        "--engine",
        action="append",
        default=[],
        choices=["native", "forward", "riscv"],
        help="several times; all without",
    )
    return parser


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
