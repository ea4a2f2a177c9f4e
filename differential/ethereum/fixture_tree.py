"""Trees of Ethereum's fixtures on the Ethereum instance: which file holds what."""

import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from functools import partial

from differential.ethereum.fixture_run import Setup, run_chain_test, run_state_variant
from differential.ethereum.lone import LONE, NATIVE
from differential.fixture_results import CaseResult, Verdict
from differential.fixture_run import OutOfTime, time_limit
from differential.importers.ethereum_chain_tests import is_chain_test, parse_chain_test
from differential.importers.ethereum_state_tests import FORK_NAMES, parse_test
from differential.importers.fixtures import FixtureFile
from differential.own_engine import describe_exception
from differential.runners import native, riscv
from zkos.host.case_errors import CaseError
from zkos.host.case_reader import Node, read_json
from zkos.host.profile import RunOptions
from zkos.versions import Fork, Instance


def run_file(
    setup: Setup, seconds: float, file: FixtureFile, done: frozenset[str] = frozenset()
) -> list[CaseResult]:
    """All cases of a file but those `done`, each within so many seconds.

    Needs the main thread.
    """
    try:
        root = read_json(file.path, file.name)
        tests = root.members()
    except CaseError as error:
        return [CaseResult(file.name, Verdict.BAD_FILE, str(error))]
    results: list[CaseResult] = []
    for name, test in tests.items():
        try:
            results.extend(_run_test(file.name, name, test, setup, seconds, done))
        except CaseError as error:
            label = f"{file.name}::{name}"
            results.append(CaseResult(label, Verdict.BAD_FILE, str(error)))
    return results


def _run_test(
    file: str,
    name: str,
    test: Node,
    setup: Setup,
    seconds: float,
    done: frozenset[str],
) -> Iterator[CaseResult]:
    if is_chain_test(test):
        label = f"{file}::{name}"
        if label not in done:
            chain = parse_chain_test(name, test)
            for fork in {chain.fork_at(item.timestamp) for item in chain.blocks}:
                _make_ready(setup, fork)
            yield _timed(label, seconds, partial(run_chain_test, label, chain, setup))
        return
    variants = list(parse_test(name, test))
    known = [item for item in variants if item.fork_name in FORK_NAMES]
    if not known and setup.fork is not None:
        # Of older forks the latest: it is last, and closest to what is run.
        latest = variants[-1].fork_name if variants else ""
        known = [item for item in variants if item.fork_name == latest]
    for variant in known or variants:
        label = f"{file}::{variant.name}"
        if label not in done:
            own = FORK_NAMES.get(variant.fork_name)
            _make_ready(setup, own or setup.fork, alone=own is not None)
            run = partial(run_state_variant, label, variant, setup)
            yield _timed(label, seconds, run)


def _make_ready(setup: Setup, fork: Fork | None, *, alone: bool = False) -> None:
    """Build what runs a fork's blocks, which is no time of a case."""
    if fork is None:
        return
    options = RunOptions(instance=Instance.ETHEREUM, fork=fork)
    if "native" in setup.engines:
        native.library(options.build())
    if "riscv" in setup.engines:
        riscv.translate(riscv.program(options.build()).image())
    if alone and setup.alone == NATIVE:
        native.library(options.build(LONE))


def _timed(name: str, seconds: float, run: Callable[[], CaseResult]) -> CaseResult:
    try:
        with time_limit(seconds), redirect_stdout(sys.stderr):
            return run()
    except OutOfTime:
        return CaseResult(name, Verdict.FAILED, f"timeout after {seconds:g} s")
    except Exception as error:
        return CaseResult(name, Verdict.FAILED, describe_exception(error))
