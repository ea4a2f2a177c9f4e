"""What a report knows of a run: the lines of `--json` and the words of differences."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from differential.compare import failed
from differential.expected import load_expected
from differential.explain import explain
from differential.session import BadCase, BlockResult
from zkos.host.profile import Profile


@dataclass(frozen=True, slots=True)
class Record:
    """A block on all engines."""

    case: str
    block: int | None
    engines: dict[str, dict[str, Any]]
    """As in `--json`."""
    explanation: tuple[str, ...] = ()
    """Lines about the difference; empty if there is none."""
    failures: tuple[str, ...] = ()
    """Engines that crashed or took too long, and why."""
    theirs: int | None = None
    """Cycles of the published image for this block, where known."""

    @property
    def name(self) -> str:
        """Case and, in a chain, block."""
        return self.case if self.block is None else f"{self.case} [{self.block}]"

    @property
    def seconds(self) -> float:
        """Time all engines took."""
        return sum(float(item.get("seconds", 0)) for item in self.engines.values())


@dataclass(slots=True)
class RunRecord:
    """A whole run."""

    title: str
    """The command."""
    records: list[Record] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    """Cases that could not be used."""

    def add(self, result: BlockResult | BadCase) -> None:
        """Take a result of a session."""
        if isinstance(result, BadCase):
            self.bad.append(result.reason)
        else:
            self.records.append(_record(result))

    def engines(self) -> list[str]:
        """Names of all engines, in order of appearance."""
        return _unique(name for record in self.records for name in record.engines)


def _record(result: BlockResult) -> Record:
    outcome = result.outcome
    difference = outcome.difference
    lines: list[str] = []
    if difference is not None:
        one, two = (outcome.engines[name] for name in difference.engines)
        lines = explain(one, two, difference)
    return Record(
        case=outcome.case,
        block=outcome.block,
        engines={name: item.to_json() for name, item in outcome.engines.items()},
        explanation=tuple(lines),
        failures=tuple(
            f"{name}: {item.result.value}: {item.reason}"
            for name, item in outcome.engines.items()
            if failed(item)
        ),
        theirs=published_cycles(result.path, Profile(outcome.profile), result.index),
    )


def published_cycles(case: Path, profile: Profile, block: int) -> int | None:
    """Cycles in the file of expected results beside a case, if there is one."""
    stem, _, suffix = case.name.partition(".")
    path = case.with_name(f"{stem}.expected.{suffix}")
    if not path.is_file():
        return None
    outcomes = load_expected(path, profile)
    return outcomes[block].cycles if block < len(outcomes) else None


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
