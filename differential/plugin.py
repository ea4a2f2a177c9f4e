"""pytest plugin: case files become test items that run on several engines.

Loaded by installing the package (entry point `pytest11`). Case files are collected
where `--cases PATH` says: given on the command line, it takes the place of the tests
pytest would find; in `addopts`, cases come beside them. Nothing of the project is
imported before a case is: other test suites in the same environment do not pay for it.
"""

from argparse import ArgumentError
from collections.abc import Generator, Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pytest

if TYPE_CHECKING:
    from differential.engines import Engine
    from differential.session import BlockResult, Session
    from zkos.host.profile import RunOptions

E = TypeVar("E", bound=Enum)
DEFAULT_ENGINES: Final = ("native", "riscv")
DEFAULT_SECONDS: Final = 600.0
_CASES: Final = "--cases"
_NAME: Final = "zkos"
"""Of the plugin, where it is installed."""
_SESSION: Final = pytest.StashKey["Session"]()
_PLACES: Final = pytest.StashKey[list[Path]]()
_OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "engine": {
        "action": "append",
        "metavar": "NAME",
        "help": "engine to run cases on, repeatable (default: native and riscv)",
    },
    "image": {
        "metavar": "PATH",
        "type": Path,
        "help": "an RV32IM image to run cases on as one more engine",
    },
    "protocol": {
        "metavar": "NAME",
        "help": "whose rules hold where a case names none",
    },
    "profile": {
        "metavar": "NAME",
        "help": "which features the OS has (default: production)",
    },
    "mode": {
        "metavar": "NAME",
        "help": "whether native and cpython verify the oracle: forward or proving",
    },
    "quirks": {
        "metavar": "NAME",
        "help": "reproduce upstream's faults or not: none (default) or upstream",
    },
    "time": {
        "metavar": "S",
        "type": float,
        "default": DEFAULT_SECONDS,
        "help": "seconds an engine has for a block of a case",
    },
    "cases": {
        "action": "append",
        "default": [],
        "metavar": "PATH",
        "type": Path,
        "help": "case file or folder of cases to collect, repeatable",
    },
}


def pytest_addoption(
    parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager
) -> None:
    """The options of the plugin; `--zkos-NAME` where another plugin has the name."""
    if pluginmanager.has_plugin(_NAME):
        # All other installed plugins first: they cannot do without their names.
        pluginmanager.load_setuptools_entrypoints("pytest11")
    group = parser.getgroup("zkos", "ZKsync OS cases")
    for name, about in _OPTIONS.items():
        about = {**about, "dest": f"zkos_{name}"}
        try:
            if f"--{name}" in _names(parser):
                raise ValueError(name)
            group.addoption(f"--{name}", **about)
        except (ValueError, ArgumentError):
            group.addoption(f"--zkos-{name}", **about)


def _names(parser: pytest.Parser) -> list[str]:
    """Names of all options so far, where pytest 8 would look at them too late."""
    groups = {id(group): group for group in getattr(parser, "_groups", ())}
    anonymous = getattr(parser, "_anonymous", None)
    groups[id(anonymous)] = anonymous
    parts = (getattr(group, "options", ()) for group in groups.values())
    options = [option for part in parts for option in part]
    return [name for option in options for name in option.names()]


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    parser: pytest.Parser,
) -> Generator[None, object, object]:
    """Say in one line that a conftest has an option of the same name."""
    result: object = None
    try:
        result = yield
    except (ValueError, ArgumentError) as error:
        # Pytest 9 names the option at the end.
        taken = [name for name in _OPTIONS if str(error).endswith(f": --{name}")]
        if not taken:
            raise
    else:
        names = _names(parser)
        taken = [name for name in _OPTIONS if names.count(f"--{name}") > 1]
    if taken:
        raise pytest.UsageError(
            f"a conftest.py adds the option --{taken[0]}, which the plugin {_NAME} "
            f"has: rename it, or leave the plugin out with -p no:{_NAME}"
        )
    return result


def pytest_configure(config: pytest.Config) -> None:
    """Cases given by option are collected like test files."""
    given: list[Path] = config.getoption("zkos_cases")
    config.stash[_PLACES] = places = [_place(config, path) for path in given]
    if not places:
        return
    engines_of(config)
    options_of(config)
    source = pytest.Config.ArgsSource
    if _is_on_command_line(config):
        if config.args_source is not source.ARGS:
            config.args = []
    elif config.args_source is source.ARGS:
        return  # somebody asks for certain tests
    config.args = [*config.args, *map(str, places)]
    config.args_source = source.ARGS


def _place(config: pytest.Config, path: Path) -> Path:
    """Where cases are, seen from here or from the folder of the settings."""
    for place in (config.invocation_params.dir / path, config.rootpath / path):
        if place.exists():
            return place.resolve()
    raise pytest.UsageError(f"{_CASES} {path}: no such file or folder")


def _is_on_command_line(config: pytest.Config) -> bool:
    words = map(str, config.invocation_params.args)
    return any(word == _CASES or word.startswith(f"{_CASES}=") for word in words)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "CaseFile | None":
    """A case file below a `--cases` path is a collector of one item."""
    places = parent.config.stash[_PLACES]
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
    from differential.engines import parse_engines
    from zkos.terminal.errors import UserError

    names, image = config.getoption("zkos_engine"), config.getoption("zkos_image")
    try:
        return parse_engines(names or DEFAULT_ENGINES, image)
    except UserError as error:
        raise pytest.UsageError(str(error)) from error


def options_of(config: pytest.Config) -> "RunOptions":
    """The variant of the OS of the options; raises UsageError."""
    from zkos.host.profile import Mode, Profile, Quirks, RunOptions
    from zkos.versions import DEFAULT, Protocol

    return RunOptions(
        _choice(config, "profile", Profile.PRODUCTION),
        _choice(config, "mode", Mode.PROVING),
        _choice(config, "quirks", Quirks.NONE),
        protocol=_choice(config, "protocol", Protocol(DEFAULT)),
    )


def _choice(config: pytest.Config, name: str, default: E) -> E:
    """The member an option names."""
    given = config.getoption(f"zkos_{name}")
    if given is None:
        return default
    members = {str(member.value): member for member in type(default)}
    if given not in members:
        known = ", ".join(members)
        raise pytest.UsageError(f"--{name} {given}: expected one of {known}")
    return members[given]


def session_of(config: pytest.Config) -> "Session":
    """The engines of this pytest run, started on first use."""
    session = config.stash.get(_SESSION, None)
    if session is not None:
        return session
    from differential.session import Session
    from differential.workers import Limits

    engines = engines_of(config)
    for engine in engines:
        engine.prepare(lambda _: None)
    limits = Limits(config.getoption("zkos_time"))
    session = Session(engines, options_of(config), limits)
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
    sides = outcome.sides()
    if outcome.difference is not None and sides is not None:
        lines = explain(*sides, outcome.difference)
        yield place + "\n".join(lines)
