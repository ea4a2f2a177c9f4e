"""The search: candidates in, verdicts remembered, the smallest case so far kept.

Passes offer candidates; one is accepted if and only if it shows the same difference.
Every verdict is a line of a log, so that a search that was interrupted goes the same
way again without running what it ran before, and ends with the same case.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from differential.origin import Signature, signature_of
from differential.outcome import Difference
from zkos.host.case import Case
from zkos.host.case_errors import CaseError
from zkos.host.case_writer import case_to_json
from zkos.terminal.errors import UserError
from zkos.terminal.files import read_file

Predicate = Callable[[Case], Difference | None]
"""The difference of a case on the engines in question. May raise CaseError."""
OpcodeAt = Callable[[Case], str]
"""The opcode after which the traces of a case part; empty if unknown."""


class NoDifference(UserError):
    """The case to start from shows no difference."""


class WrongLog(UserError):
    """The log belongs to another search."""


@dataclass(slots=True)
class Search:
    """The smallest case so far and what it took to find it."""

    case: Case
    wanted: Signature
    predicate: Predicate
    opcode_at: OpcodeAt | None = None
    progress: Callable[["Search"], None] = lambda _: None
    tests: int = 0
    """Candidates run."""
    remembered: int = 0
    """Candidates whose verdict was known."""
    accepted: int = 0
    verdicts: dict[str, bool] = field(default_factory=dict)
    log: TextIO | None = None

    def offer(self, candidate: Case) -> bool:
        """Whether the candidate shows the same difference; it is kept if so."""
        if candidate == self.case:
            return False
        name = name_of(candidate)
        verdict = self.verdicts.get(name)
        if verdict is None:
            self.tests += 1
            verdict = self._is_same(candidate)
            self.verdicts[name] = verdict
            if self.log is not None:
                self.log.write(f"{name} {int(verdict)}\n")
                self.log.flush()
        else:
            self.remembered += 1
        if verdict:
            self.case = candidate
            self.accepted += 1
        self.progress(self)
        return verdict

    def _is_same(self, candidate: Case) -> bool:
        try:
            found = self.predicate(candidate)
            if found is None:
                return False
            if not self.wanted.opcode or self.opcode_at is None:
                return signature_of(found, self.wanted.opcode) == self.wanted
            if signature_of(found, self.wanted.opcode) != self.wanted:
                return False
            return self.opcode_at(candidate) == self.wanted.opcode
        except CaseError:
            return False


def begin(
    case: Case,
    predicate: Predicate,
    opcode_at: OpcodeAt | None = None,
    progress: Callable[[Search], None] = lambda _: None,
) -> Search:
    """A search from a case; raises NoDifference, CaseError."""
    difference = predicate(case)
    if difference is None:
        raise NoDifference("the engines agree on this case")
    opcode = "" if opcode_at is None else opcode_at(case)
    wanted = signature_of(difference, opcode)
    return Search(case, wanted, predicate, opcode_at, progress)


@contextmanager
def keep_log(search: Search, path: Path, *, resume: bool) -> Iterator[None]:
    """Write verdicts to a file in the body; `resume` reads those it holds.

    Raises WrongLog if it is of another case or difference, FileError, OSError.
    """
    header = json.dumps([name_of(search.case), search.wanted.describe()])
    if resume and path.exists():
        search.verdicts.update(_read_log(path, header))
    with path.open("w") as log:
        log.write(header + "\n")
        for name, known in search.verdicts.items():
            log.write(f"{name} {int(known)}\n")
        log.flush()
        search.log = log
        try:
            yield
        finally:
            search.log = None


def _read_log(path: Path, header: str) -> dict[str, bool]:
    lines = read_file(path).decode(errors="replace").splitlines()
    if lines and lines[0] != header:
        raise WrongLog(f"{path} is of another search")
    verdicts = {}
    for line in lines[1:]:
        name, _, verdict = line.partition(" ")
        # An interrupted write may have left half a line.
        if verdict in ("0", "1"):
            verdicts[name] = verdict == "1"
    return verdicts


def name_of(case: Case) -> str:
    """A hash of all of a case."""
    content = json.dumps(case_to_json(case), sort_keys=False).encode()
    return hashlib.sha256(content).hexdigest()[:32]
