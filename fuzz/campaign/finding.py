"""A finding and its file: written by a campaign, read by whoever comes later."""

import json
import math
from dataclasses import asdict, dataclass
from typing import Any

from fuzz.campaign.sealed import sealed, unsealed
from fuzz.coverage.target import Problem
from zkos.terminal.errors import UserError


class DamagedFinding(UserError):
    """A file is no finding; one line for the user."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as its folder holds it."""

    name: str
    target: str
    problem: Problem
    time: float
    lane: int
    iteration: int
    responsible: str | None = None
    """The engine a majority is against, once known."""
    votes: dict[str, str] | None = None
    minimised: bool | None = None
    """None until it was tried."""


def finding_text(finding: Finding) -> bytes:
    """What its file holds."""
    content = {**asdict(finding), "title": finding.problem.title}
    plain = json.loads(json.dumps(content, default=str))
    return (json.dumps(sealed(plain), indent=1) + "\n").encode()


def parse_finding(content: bytes) -> Finding:
    """The inverse; ValueError says what is wrong."""
    fields = unsealed(content)
    problem = _object("problem", fields.get("problem"))
    return Finding(
        name=_of(str, fields, "name"),
        target=_of(str, fields, "target"),
        problem=Problem(
            kind=_of(str, problem, "kind"),
            engines=tuple(map(_name, _of(list, problem, "engines"))),
            layer=_of(str, problem, "layer"),
            where=_of(str, problem, "where"),
            site=_of(str, problem, "site"),
            values=tuple(_of(list, problem, "values")),
        ),
        time=_moment(_of((int, float), fields, "time")),
        lane=_of(int, fields, "lane"),
        iteration=_of(int, fields, "iteration"),
        responsible=_of((str, type(None)), fields, "responsible"),
        votes=_votes(fields.get("votes")),
        minimised=_of((bool, type(None)), fields, "minimised"),
    )


def _moment(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("time is no number")
    return float(value)


def _votes(value: Any) -> dict[str, str] | None:
    if value is None:
        return None
    votes = _object("votes", value)
    return {name: _of(str, votes, name) for name in votes}


def _object(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{name} is no object")
    return value


def _of(kind: Any, fields: dict[str, Any], name: str) -> Any:
    value = fields.get(name)
    if not isinstance(value, kind):
        raise ValueError(f"{name} is not as a campaign writes it")
    return value


def _name(value: Any) -> str:
    return _of(str, {"engines": value}, "engines")  # type: ignore[no-any-return]
