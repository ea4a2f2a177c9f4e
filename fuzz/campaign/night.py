"""A whole night as one command: campaign, distillation, cycles, mutants, report.

    python -m fuzz.campaign.night --folder night --time 4h

Corpora of earlier nights in `night/corpora/TARGET` are taken along and come back
distilled. Exit codes are those of `zkos fuzz run`; survivors among the mutants and
findings are 1.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Final

from fuzz.campaign.command import Wishes, run_campaign
from fuzz.campaign.cycles import Counts, count_cycles
from fuzz.campaign.folder import Folder
from fuzz.campaign.history import append_night, read_nights
from fuzz.campaign.page import Night, page
from fuzz.corpus import Corpus, distil, write_atomically
from fuzz.mutants.run import best_of
from fuzz.mutants.table import MUTANTS
from fuzz.targets.catalogue import NAMES, load_target
from zkos.cli.console import say
from zkos.cli.errors import EXIT_CLEAN

_MUTANT_SAMPLE: Final = 8
_MUTANT_TIME: Final = "5m"
_DAY_SECONDS: Final = 86_400
_ROOT: Final = Path(__file__).resolve().parents[2]


def night(path: Path, targets: Sequence[str], duration: str, seed: int | None) -> int:
    """Run everything; the exit code."""
    campaign = Folder(path / "campaign")
    known = path / "corpora"
    wishes = Wishes(targets=tuple(targets), time=duration, seed=seed, corpus=known)
    code = run_campaign(campaign.path, wishes)
    for name in targets:
        _distil(campaign, known, name)
    cycles = count_cycles()
    history = path / "history.json"
    before = read_nights(history) if history.is_file() else []
    _remember(history, campaign, cycles)
    _report(path, Night({}, cycles, before))  # whatever becomes of the hunts
    survived = _mutants(path / "mutants.json")
    _report(path, Night(best_of(path / "mutants.json"), cycles, before))
    return code or survived


def _report(path: Path, shown: Night) -> None:
    content = page(Folder(path / "campaign"), shown)
    write_atomically(path / "report.html", content.encode())


def _distil(campaign: Folder, known: Path, name: str) -> None:
    """Keep the smallest inputs that reach what this and earlier nights reached."""
    target = load_target(name)
    older = Corpus(known / name, target.suffix)
    kept = Corpus(campaign.path / name / "corpus", target.suffix)
    seeds = Corpus(campaign.path / name / "seeds", target.suffix)
    contents = [*older.contents(), *seeds.contents(), *kept.contents()]
    wanted = {older.add(content) for content in distil(target, contents)}
    for old in older.names():
        if old not in wanted:
            older.remove(old)
    say(f"{name}: {len(wanted)} of {len(contents)} inputs kept")


def _remember(path: Path, campaign: Folder, cycles: Counts) -> None:
    """Add the night to the history."""
    history = campaign.history()
    last = history[-1] if history else {}
    row = {"time": int(time.time()), "seed": campaign.settings().seed, **last}
    append_night(path, {**row, "cycles": cycles})


def _mutants(path: Path) -> int:
    """Hunt a sample of the planted faults, another every night; 1 if one survived."""
    names = sorted(MUTANTS)
    sample = Random(int(time.time()) // _DAY_SECONDS).sample(
        names, min(_MUTANT_SAMPLE, len(names))
    )
    command = [sys.executable, "-m", "zkos.cli", "mutants", "run", *sample]
    done = subprocess.run(
        [*command, "--time", _MUTANT_TIME, "--json"],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        check=False,
    )
    write_atomically(path, done.stdout)
    return int(done.returncode != EXIT_CLEAN)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("night"))
    parser.add_argument("--time", default="4h")
    parser.add_argument("--seed", type=int)
    parser.add_argument("targets", nargs="*", default=list(NAMES))
    given = parser.parse_args(arguments)
    return night(given.folder, given.targets, given.time, given.seed)


if __name__ == "__main__":
    sys.exit(main())
