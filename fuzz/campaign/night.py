"""A whole night as one command: campaign, distillation, report, history, mutants.

FOLDER/campaign-N/        the campaign of the Nth night
FOLDER/corpora/TARGET/    what earlier nights reached: taken along, comes back distilled
FOLDER/history.json       a row for each night
FOLDER/report.html        the campaign of the last night
FOLDER/mutants.json       the planted faults hunted in the last night

A night that was interrupted is the same night when it goes on.
"""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from fuzz.campaign.child import environment
from fuzz.campaign.command import Wishes, run_campaign
from fuzz.campaign.cycles import count_cycles, fixed_cases
from fuzz.campaign.finding_page import links, write_pages
from fuzz.campaign.folder import Folder
from fuzz.campaign.history import NightRow, append_night, read_nights
from fuzz.campaign.page import Night, page
from fuzz.corpus import Corpus, distil, write_atomically
from fuzz.mutants.run import best_of
from fuzz.mutants.table import MUTANTS
from fuzz.targets.catalogue import NAMES, load_target
from zkos.terminal.console import say
from zkos.terminal.errors import (
    EXIT_CLEAN,
    EXIT_DIFFERENCE,
    EXIT_INTERRUPTED,
)

_MUTANT_TIME: Final = "5m"
_DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do in a night."""

    targets: Sequence[str]
    """All if empty."""
    time: str
    seed: int | None
    jobs: int | None
    mutants: int
    """How many planted faults to hunt, others every night."""


def night(path: Path, plan: Plan) -> int:
    """Run everything; the exit code is that of the campaign, or 1 for survivors."""
    fixed_cases()  # what is missing is told now, not hours later
    nights = _nights(path / "history.json")
    campaign = Folder(path / f"campaign-{len(nights) + 1}")
    known = path / "corpora"
    targets = tuple(plan.targets) or NAMES
    corpus = known if any((known / name).is_dir() for name in targets) else None
    wishes = Wishes(targets, plan.time, plan.jobs, plan.seed, corpus=corpus)
    code = run_campaign(campaign.path, wishes)
    if code == EXIT_INTERRUPTED or not (campaign.path / "history.jsonl").is_file():
        return code
    for name in targets:
        _distil(campaign, known, name)
    cycles = count_cycles()
    append_night(path / "history.json", {**_row(campaign, code), "cycles": cycles})
    report = path / "report.html"
    pages = links(write_pages(campaign, trace=True, progress=say), path)
    # Whatever comes of hunts.
    _write_page(report, campaign, Night({}, cycles, nights), pages)
    if not plan.mutants:
        return code
    survived = _mutants(path / "mutants.json", plan.mutants)
    catches = best_of(path / "mutants.json")
    _write_page(report, campaign, Night(catches, cycles, nights), pages)
    return code or survived


def _write_page(
    path: Path, campaign: Folder, shown: Night, pages: Mapping[str, str]
) -> None:
    write_atomically(path, page(campaign, shown, pages).encode())


def _nights(path: Path) -> list[NightRow]:
    """The history; raises UserError."""
    return read_nights(path) if path.exists() else []


def _distil(campaign: Folder, known: Path, name: str) -> None:
    """Keep the smallest inputs that reach what this and earlier nights reached."""
    target = load_target(name)
    older = Corpus(known / name, target.suffix)
    kept = campaign.corpus(name, target.suffix)
    seeds = campaign.seeds(name, target.suffix)
    contents = {*older.contents(), *seeds.contents(), *kept.contents()}
    wanted = {older.add(content) for content in distil(target, contents)}
    for old in older.names():
        if old not in wanted:
            older.remove(old)
    say(f"{name}: {len(wanted)} of {len(contents)} inputs kept")


def _row(campaign: Folder, code: int) -> NightRow:
    """The night as the history holds it."""
    history = campaign.history()
    last = history[-1] if history else {}
    seed = campaign.settings().seed
    return {"time": int(time.time()), "seed": seed, "exit_code": code, **last}


def _mutants(path: Path, count: int) -> int:
    """Hunt a sample of the planted faults, another every day; 1 if one survived."""
    names = sorted(MUTANTS)
    today = Random(int(time.time()) // _DAY_SECONDS)
    sample = today.sample(names, min(count, len(names)))
    command = [sys.executable, "-m", "zkos.cli", "mutants", "run", *sample]
    done = subprocess.run(
        [*command, "--time", _MUTANT_TIME, "--json"],
        env=environment(),
        stdout=subprocess.PIPE,
        check=False,
    )
    write_atomically(path, done.stdout)
    found = sum(catch.found for catch in best_of(path).values())
    say(f"{found} of {len(sample)} planted faults found")
    return EXIT_CLEAN if done.returncode == EXIT_CLEAN else EXIT_DIFFERENCE
