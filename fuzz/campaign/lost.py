"""Inputs whose worker did not come back: made again from their recipes."""

import time
from dataclasses import replace
from typing import Any, Final

from fuzz.campaign.folder import Finding, Folder
from fuzz.coverage.engine import Making, Recipe, make, name_of
from fuzz.coverage.target import Problem, Target

_MOST_ALIKE: Final = 20
"""Lost inputs kept of each kind and target: what they share is not known."""


def remake(folder: Folder, target: Target[Any], recipe: Recipe) -> bytes | None:
    """The text of the input of a recipe; None if its parts are gone."""
    try:
        if recipe.making is Making.GIVEN:
            return _read(folder, target, recipe.parent)
        parents = [
            target.decode(_read(folder, target, name)) if name else None
            for name in (recipe.parent, recipe.donor)
        ]
    except (FileNotFoundError, ValueError):
        return None
    return target.encode(make(target, recipe, *parents))


def _read(folder: Folder, target: Target[Any], name: str) -> bytes:
    try:
        return folder.corpus(target.name, target.suffix).read(name)
    except FileNotFoundError:
        return folder.seeds(target.name, target.suffix).read(name)


def save_lost(
    folder: Folder, target: Target[Any], lane: int, problem: Problem, content: bytes
) -> bool:
    """Save a finding about an input that did not report back; whether it was saved."""
    alike = [
        item
        for item in folder.findings()
        if item.target == target.name and item.problem.kind == problem.kind
    ]
    if len(alike) >= _MOST_ALIKE:
        return False
    problem = replace(problem, site=name_of(content))
    finding = Finding(problem.name, target.name, problem, time.time(), lane, 0)
    return folder.save_finding(finding, content, target.suffix)
