"""Whole trees of Ethereum's fixtures over several engines, in parallel and resumable.

Every case runs on all engines: ours are compared with each other, the first of ours
with each reference under the policy, and with what the fixture itself says. Results
are JSON lines, one a case, written as they come; a resumed run skips what is there.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final, TypeAlias

from differential.engines import Engine
from differential.fixture_results import CaseResult, Summary, Verdict, result_file
from differential.fixture_run import Setup, run_fixture
from differential.importers.fixtures import FixtureFile, find_files, load_file
from differential.reference_cache import ReferenceCache
from zkos.host.case_errors import CaseError
from zkos.host.profile import Mode, Profile, RunOptions

DEFAULT_OPTIONS: Final = RunOptions(Profile.REPLAY, Mode.FORWARD)
Progress: TypeAlias = Callable[[int, int, Summary], None]
"""Files done, files in all, totals so far."""
RunFile: TypeAlias = Callable[[FixtureFile, frozenset[str]], list[CaseResult]]
"""The results of all cases of a file but those with some names."""


def run_fixture_tree(
    paths: Sequence[Path],
    engines: Sequence[Engine],
    jobs: int = 1,
    resume_file: Path | None = None,
    progress: Progress = lambda *_: None,
    *,
    options: RunOptions = DEFAULT_OPTIONS,
    time_limit: float = 60.0,
    cache: ReferenceCache | None = None,
    prepare: Callable[[], None] = lambda: None,
) -> Summary:
    """Run all fixtures under `paths`: files, folders and tar archives.

    Results are appended to `resume_file`; cases already in it count and do not run
    again. Raises CaseError for a path that cannot be read; a bad file among many is a
    result. `cache` keeps answers of references on disk. `prepare` is called when there
    is something to run. Needs the main thread.
    """
    setup = Setup(tuple(engines), options, time_limit, cache)
    run = partial(run_file, setup)
    return run_tree(paths, run, jobs, resume_file, progress, prepare)


def run_tree(
    paths: Sequence[Path],
    run: RunFile,
    jobs: int = 1,
    resume_file: Path | None = None,
    progress: Progress = lambda *_: None,
    prepare: Callable[[], None] = lambda: None,
) -> Summary:
    """The same with any way to run a file, which other processes must know."""
    with TemporaryDirectory(prefix="zkos-fixtures-") as place:
        files = find_files(paths, Path(place))
        with result_file(resume_file) as results:
            prepare()
            return _run_all(files, run, jobs, results, progress)


def _run_all(
    files: Sequence[FixtureFile],
    run: RunFile,
    jobs: int,
    known: tuple[IO[str] | None, list[CaseResult]],
    progress: Progress,
) -> Summary:
    """Run files; `known` is the open result file and what it held."""
    output, earlier = known
    summary = Summary()
    started = time.perf_counter()
    for result in earlier:
        summary.add(result)
    done = frozenset(result.name for result in earlier)
    for number, results in enumerate(_run_files(files, run, done, jobs), 1):
        for result in results:
            summary.add(result)
            summary.ran += 1
            if output is not None:
                output.write(json.dumps(result.to_json()) + "\n")
        if output is not None:
            output.flush()
        summary.seconds = time.perf_counter() - started
        progress(number, len(files), summary)
    return summary


def _run_files(
    files: Sequence[FixtureFile], run: RunFile, done: frozenset[str], jobs: int
) -> Iterator[list[CaseResult]]:
    """Results by file, in any order; files whose worker dies are run again alone."""
    if jobs == 1:
        for file in files:
            yield run(file, done)
        return
    left = dict.fromkeys(files)
    try:
        with ProcessPoolExecutor(jobs) as pool:
            futures = {pool.submit(run, item, done): item for item in files}
            for future in as_completed(futures):
                results = future.result()
                del left[futures[future]]
                yield results
    except BrokenProcessPool:
        for file in left:
            yield _run_alone(file, run, done)


def _run_alone(
    file: FixtureFile, run: RunFile, done: frozenset[str]
) -> list[CaseResult]:
    try:
        with ProcessPoolExecutor(1) as pool:
            return pool.submit(run, file, done).result()
    except BrokenProcessPool:
        return [CaseResult(file.name, Verdict.FAILED, "the worker died")]


def run_file(
    setup: Setup, file: FixtureFile, done: frozenset[str] = frozenset()
) -> list[CaseResult]:
    """All cases of a file but those `done`."""
    try:
        fixtures = load_file(file)
    except CaseError as error:
        if file.name in done:
            return []
        return [CaseResult(file.name, Verdict.BAD_FILE, str(error))]
    todo = (fixture for fixture in fixtures if fixture.name not in done)
    return [run_fixture(fixture, setup) for fixture in todo]
