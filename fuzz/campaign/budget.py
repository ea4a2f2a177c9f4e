"""Time for targets by what they still find, drawn with a seed and written down.

The share of a target follows what it reached lately for its time: features, and
findings, which weigh more. No target's share falls below a floor, since what was
barren may become fertile. Each draw stands in `budget.jsonl` with all it followed
from, so that anybody can draw it again: `check`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Final

from fuzz.campaign.folder import Folder
from fuzz.campaign.sealed import append_line, unsealed
from fuzz.campaign.summary import Summary
from fuzz.coverage.engine import step_seed
from fuzz.strategies.source import RandomSource
from zkos.terminal.files import read_file

LOG: Final = "budget.jsonl"
FLOOR: Final = 0.2
"""The part of all time that is divided evenly."""
FINDING_FEATURES: Final = 50
"""As many new features a finding weighs."""
_SMOOTH_FEATURES: Final = 10
_SMOOTH_SECONDS: Final = 30
"""What a target of which little is known is taken to have reached, in what time."""
_WINDOW_SECONDS: Final = 900.0
"""How far back *lately* goes."""
_SCALE: Final = 1_000_000
_STREAM: Final = -1
"""A lane that no worker has: draws have a stream of their own."""


@dataclass(frozen=True, slots=True)
class Yield:
    """What a target reached in some time of all its workers together."""

    seconds: int
    features: int
    findings: int


def shares(yields: Mapping[str, Yield]) -> dict[str, int]:
    """The share of each target, in millionths or one or two more or less."""
    worth = {
        name: (item.features + FINDING_FEATURES * item.findings + _SMOOTH_FEATURES)
        / (item.seconds + _SMOOTH_SECONDS)
        for name, item in yields.items()
    }
    total = sum(worth.values())
    return {
        name: int(_SCALE * (FLOOR / len(worth) + (1 - FLOOR) * value / total))
        for name, value in worth.items()
    }


def draw(seed: int, number: int, yields: Mapping[str, Yield]) -> str:
    """The target of the draw of this number: the same from the same."""
    parts = shares(yields)
    source = RandomSource(step_seed(seed, _STREAM, number))
    at = source.below(sum(parts.values()))
    for name, part in parts.items():
        if at < part:
            return name
        at -= part
    raise AssertionError("a point beyond the sum")


class Budget:
    """The draws of a campaign, which go on after a resume."""

    def __init__(self, folder: Folder) -> None:
        self._path: Final = folder.path / LOG
        self._settings: Final = folder.settings()
        self._number = len(read_draws(self._path))
        self._before: list[tuple[float, dict[str, Yield]]] = []

    def next(self, lane: int, summary: Summary, findings: Mapping[str, int]) -> str:
        """Whose turn a lane has; `findings` are distinct ones by target."""
        now = {
            name: Yield(int(item.seconds), item.features, findings.get(name, 0))
            for name, item in summary.targets.items()
        }
        self._before.append((summary.seconds, now))
        while len(self._before) > 1 and self._is_old(1, summary.seconds):
            self._before.pop(0)
        then = self._before[0][1]
        lately = {
            # The first time, all it ever reached is what is known.
            name: item if len(self._before) == 1 else _since(then[name], item)
            for name, item in now.items()
        }
        chosen = draw(self._settings.seed, self._number, lately)
        row = {
            "number": self._number,
            "lane": lane,
            "seconds": round(summary.seconds, 1),
            "yields": {name: list(astuple(item)) for name, item in lately.items()},
            "shares": shares(lately),
            "chosen": chosen,
        }
        append_line(self._path, row)
        self._number += 1
        return chosen

    def _is_old(self, at: int, seconds: float) -> bool:
        return seconds - self._before[at][0] > _WINDOW_SECONDS


def _since(then: Yield, now: Yield) -> Yield:
    return Yield(
        max(0, now.seconds - then.seconds),
        max(0, now.features - then.features),
        max(0, now.findings - then.findings),
    )


def read_draws(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a log; none if there is none. Raises FileError."""
    if not path.is_file():
        return []
    rows = []
    for line in read_file(path).splitlines():
        try:
            rows.append(unsealed(line))
        except ValueError:
            continue  # half a line of a killed supervisor
    return rows


def check(rows: Sequence[Mapping[str, Any]], seed: int) -> list[int]:
    """Numbers of draws that do not follow from what is written beside them."""
    wrong = []
    for row in rows:
        yields = {name: Yield(*item) for name, item in row["yields"].items()}
        again = draw(seed, row["number"], yields)
        if again != row["chosen"] or shares(yields) != row["shares"]:
            wrong.append(int(row["number"]))
    return wrong
