"""Inputs whose worker did not come back: a finding now, made again later.

The supervisor only notes the recipe, since making the input may end or hang a process
as running it did. Who attends to the finding makes it, in a process of its own.
"""

import json
import time
from dataclasses import asdict, replace
from typing import Any, Final

from fuzz.campaign.finding import Finding
from fuzz.campaign.folder import Folder
from fuzz.coverage.engine import Making, Recipe, make, name_of
from fuzz.coverage.target import Problem, Target
from zkos.terminal import json_text
from zkos.terminal.console import say
from zkos.terminal.files import FileError, read_file

_MOST_ALIKE: Final = 20
"""Lost inputs kept of each kind and target: what they share is not known."""


def save_lost(
    folder: Folder, target: str, lane: int, problem: Problem, recipe: Recipe
) -> bool:
    """Save a finding about an input that did not report back; whether it was saved."""
    alike = [
        item
        for item in folder.findings()
        if item.target == target
        and (item.problem.kind, item.problem.layer) == (problem.kind, problem.layer)
    ]
    if len(alike) >= _MOST_ALIKE:
        return False
    site = name_of(_text(recipe))
    return save_recipe(folder, target, lane, replace(problem, site=site), recipe)


def save_recipe(
    folder: Folder, target: str, lane: int, problem: Problem, recipe: Recipe
) -> bool:
    """Save a finding about an input by how it is made; whether it was saved."""
    finding = Finding(problem.name, target, problem, time.time(), lane, 0)
    return folder.save_recipe(finding, _text(recipe))


def _text(recipe: Recipe) -> bytes:
    return json.dumps(asdict(recipe)).encode()


def recipe_of(folder: Folder, finding: Finding) -> Recipe | None:
    """How the input of a finding is made, if that is known; raises ValueError."""
    text = folder.recipe(finding.name)
    if text is None:
        return None
    known = json_text.parse(text)
    try:
        return Recipe(**{**known, "making": Making(known["making"])})
    except (TypeError, KeyError) as error:
        raise ValueError(f"no recipe: {error!r}") from error


def input_of(folder: Folder, finding: Finding, target: Target[Any]) -> bytes | None:
    """The input of a finding, made from its recipe if it is not yet there."""
    path = folder.input_path(finding.name)
    if path is not None:
        return read_file(path)
    try:
        recipe = recipe_of(folder, finding)
        if recipe is None:
            return None
        content = remake(folder, target, recipe)
    except Exception as error:  # the making is what failed in the worker
        say(f"{finding.name}: making its input fails: {error!r}")
        return None
    if content is not None:
        folder.save_input(finding, content, target.suffix)
    return content


def remake(folder: Folder, target: Target[Any], recipe: Recipe) -> bytes | None:
    """The text of the input of a recipe; None if its parts are gone."""
    try:
        if recipe.making is Making.GIVEN:
            return folder.read_input(target.name, recipe.parent, target.suffix)
        parents = [
            target.decode(folder.read_input(target.name, name, target.suffix))
            if name
            else None
            for name in (recipe.parent, recipe.donor)
        ]
    except (FileError, ValueError):
        return None
    return target.encode(make(target, recipe, *parents))
