"""Make an input smaller as long as it shows the same problem."""

import time
from typing import Any

from fuzz.coverage.engine import observe
from fuzz.coverage.target import Problem, Target


def minimise(
    target: Target[Any], value: Any, problem: Problem, seconds: float
) -> Any | None:
    """The smallest input found in this time; None if the problem does not repeat."""
    if not _shows(target, value, problem):
        return None
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        smaller = _step(target, value, problem, deadline)
        if smaller is None:
            return value
        value = smaller
    return value


def _step(
    target: Target[Any], value: Any, problem: Problem, deadline: float
) -> Any | None:
    """The first smaller input that still shows it."""
    weight = target.weight(value)
    for candidate in target.shrink(value):
        if time.monotonic() > deadline:
            return None
        if target.weight(candidate) < weight and _shows(target, candidate, problem):
            return candidate
    return None


def _shows(target: Target[Any], value: Any, problem: Problem) -> bool:
    found = observe(target, value).problem
    return found is not None and found.meaning == problem.meaning
