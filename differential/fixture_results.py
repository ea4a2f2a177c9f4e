"""Results of fixture runs: a JSON line a case, and their totals."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import IO, Any, Final

from differential.outcome import Difference
from zkos.host.case_errors import CaseError
from zkos.terminal import json_text
from zkos.terminal.files import FileError, read_file, write_file, writing

_RESULT: Final = {"name": str, "reason": str, "declared": dict, "seconds": dict}
"""Types of a line's fields."""


class Verdict(Enum):
    """What became of a case."""

    SAME = "same"
    DIFFERENT = "different"
    NOT_RUN = "not run"
    """ZKsync OS cannot be given the transaction; `reason` says why."""
    REFUSED = "refused"
    """As the fixture wants: the transaction is not even well-formed."""
    FAILED = "failed"
    """An engine crashed or took too long."""
    BAD_FILE = "bad file"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A line of the result file."""

    name: str
    verdict: Verdict
    reason: str = ""
    difference: Difference | None = None
    declared: dict[str, int] = field(default_factory=dict)
    """Declared differences that fired, and how often."""
    seconds: dict[str, float] = field(default_factory=dict)
    """By engine."""

    def to_json(self) -> dict[str, Any]:
        difference = self.difference
        return {
            "name": self.name,
            "verdict": self.verdict.value,
            "reason": self.reason,
            "difference": None if difference is None else difference.to_json(),
            "declared": self.declared,
            "seconds": self.seconds,
        }


@dataclass(slots=True)
class Summary:
    """Totals of a run, what an earlier run left included."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    declared: Counter[str] = field(default_factory=Counter)
    """In how many cases each declared difference fired."""
    notable: list[CaseResult] = field(default_factory=list)
    """Everything that is neither the same nor refused or not run as declared."""
    seconds: float = 0.0
    ran: int = 0
    """Cases run now, not resumed."""

    @property
    def clean(self) -> bool:
        """Whether nothing differs, fails or is unreadable."""
        return not self.notable

    @property
    def compared(self) -> bool:
        """Whether anything was done at all."""
        return any(self.verdicts[v] for v in Verdict if v is not Verdict.NOT_RUN)

    @property
    def cases_per_second(self) -> float:
        return self.ran / self.seconds if self.seconds else 0.0

    def add(self, result: CaseResult) -> None:
        """Count a result."""
        self.verdicts[result.verdict] += 1
        self.declared.update(result.declared.keys())
        if result.verdict not in (Verdict.SAME, Verdict.REFUSED, Verdict.NOT_RUN):
            self.notable.append(result)


@contextmanager
def result_file(
    path: Path | None,
) -> Iterator[tuple[IO[str] | None, list[CaseResult]]]:
    """The open result file and what it held; nothing without a path.

    Raises CaseError, FileError. A last line cut short is removed.
    """
    if path is None:
        yield None, []
        return
    earlier = []
    if path.exists():
        earlier = read_results(path)
        content = path.read_bytes()
        with writing(path):
            write_file(path, content[: content.rfind(b"\n") + 1])
    with writing(path), path.open("a", encoding="utf-8") as output:
        yield output, earlier


def read_results(path: Path) -> list[CaseResult]:
    """The lines of a result file; a last line cut short is ignored.

    Raises CaseError for a file that is none.
    """
    results = []
    try:
        lines = read_file(path).decode().splitlines(keepends=True)
    except FileError as error:
        raise CaseError(str(path), "", error.reason) from error
    except UnicodeDecodeError as error:
        raise CaseError(str(path), "", "not a file of results") from error
    for number, line in enumerate(lines, 1):
        if not line.endswith("\n"):
            break
        try:
            results.append(_result_of(json_text.parse(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise CaseError(str(path), f"line {number}", "not a result") from error
    return results


def _result_of(line: dict[str, Any]) -> CaseResult:
    found = line["difference"]
    difference = None
    if found is not None:
        (one, two), (left, right) = found["engines"], found["values"]
        difference = Difference(
            (one, two), found["layer"], found["where"], (left, right)
        )
    for name, kind in _RESULT.items():
        if not isinstance(line[name], kind):
            raise ValueError(f"{name} is {line[name]!r}")
    return CaseResult(
        line["name"],
        Verdict(line["verdict"]),
        line["reason"],
        difference,
        line["declared"],
        line["seconds"],
    )
