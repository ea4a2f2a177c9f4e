"""pytest plugin: case files become test items that run on several engines.

Loaded by installing the package (entry point `pytest11`). Case files are collected
where `--cases PATH` says. Nothing of the project is imported before a case is: other
test suites in the same environment do not pay for it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from differential.engines import Engine
    from differential.session import BlockResult, Session

DEFAULT_ENGINES: Final = ("native", "riscv")
DEFAULT_SECONDS: Final = 600.0
_SESSION: Final = pytest.StashKey["Session"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plugin."""
    group = parser.getgroup("zkos", "ZKsync OS cases")
    group.addoption(
        "--engine",
        action="append",
        metavar="NAME",
        help="engine to run cases on, repeatable (default: native and riscv)",
    )
    group.addoption(
        "--profile",
        choices=("production", "replay"),
        default="production",
        help="which features the OS has",
    )
    group.addoption(
        "--quirks",
        choices=("none", "upstream"),
        default="none",
        help="reproduce upstream's faults or not",
    )
    group.addoption(
        "--cases",
        action="append",
        default=[],
        metavar="PATH",
        type=Path,
        help="case file or folder of cases to collect, repeatable",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Cases given by option are collected like test files."""
    if config.getoption("--cases"):
        engines_of(config)
    for path in config.getoption("--cases"):
        if not path.exists():
            raise pytest.UsageError(f"--cases {path}: no such file or folder")
        if config.args_source is not pytest.Config.ArgsSource.ARGS:
            config.args = []
            config.args_source = pytest.Config.ArgsSource.ARGS
        config.args.append(str(path))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "CaseFile | None":
    """A case file below a `--cases` path is a collector of one item."""
    wanted: list[Path] = parent.config.getoption("--cases")
    places = [path.resolve() for path in wanted]
    if not any(file_path == place or place in file_path.parents for place in places):
        return None
    from differential.session import is_case_name

    if not is_case_name(file_path):
        return None
    collector: CaseFile = CaseFile.from_parent(parent, path=file_path)
    return collector


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the workers."""
    session = config.stash.get(_SESSION, None)
    if session is not None:
        session.close()


class CaseFile(pytest.File):
    """A file with a case."""

    def collect(self) -> Iterator["CaseItem"]:
        """The case."""
        yield CaseItem.from_parent(self, name=self.path.name.partition(".")[0])


class CaseFailure(Exception):
    """A case on which engines differ or fail; the text is the whole report."""


class CaseItem(pytest.Item):
    """A case on the engines of the options."""

    def runtest(self) -> None:
        """Run it; raises CaseFailure."""
        check_case(self.path, session_of(self.config))

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None
    ) -> Any:
        """The difference, without a traceback."""
        if isinstance(excinfo.value, CaseFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"case {self.path.name}"


def engines_of(config: pytest.Config) -> "list[Engine]":
    """The engines of the options; raises UsageError."""
    from differential.engines import EngineError, parse_engines

    try:
        return parse_engines(config.getoption("--engine") or DEFAULT_ENGINES)
    except EngineError as error:
        raise pytest.UsageError(str(error)) from error


def session_of(config: pytest.Config) -> "Session":
    """The engines of this pytest run, started on first use."""
    session = config.stash.get(_SESSION, None)
    if session is not None:
        return session
    from differential.session import Session
    from differential.workers import Limits
    from zkos.host.profile import Profile, Quirks, RunOptions

    engines = engines_of(config)
    options = RunOptions(
        Profile(config.getoption("--profile")),
        quirks=Quirks(config.getoption("--quirks")),
    )
    for engine in engines:
        engine.prepare(lambda _: None)
    session = Session(engines, options, Limits(DEFAULT_SECONDS))
    config.stash[_SESSION] = session
    return session


def check_case(path: Path, session: "Session") -> None:
    """Run a case; raises CaseFailure with all its differences and failures.

    It is skipped if all engines but one have no answer to it.
    """
    from differential.session import BadCase

    faults: list[str] = []
    alone: dict[str, str] = {}
    for result in session.run([path]):
        if isinstance(result, BadCase):
            faults.append(result.reason)
            continue
        faults.extend(_faults(result))
        for answer in result.idle_edits():
            faults.append(f"the edit of answer {answer} was never applied")
        if len(result.outcome.engines) < 2:
            alone.update(result.without)
    if faults:
        raise CaseFailure("\n".join(faults))
    if alone:
        reasons = [f"{name} has no answer: {why}" for name, why in alone.items()]
        pytest.skip(f"nothing to compare: {', '.join(reasons)}")


def _faults(result: "BlockResult") -> Iterator[str]:
    from differential.compare import failed
    from differential.explain import explain

    outcome = result.outcome
    place = "" if outcome.block is None else f"block {outcome.block}: "
    if not outcome.engines:
        yield f"{place}no engine has an answer"
    for name, item in outcome.engines.items():
        if failed(item):
            yield f"{place}{name}: {item.result.value}: {item.reason}"
    if outcome.difference is not None:
        one, two = (outcome.engines[name] for name in outcome.difference.engines)
        lines = explain(one, two, outcome.difference)
        yield place + "\n".join(lines)
