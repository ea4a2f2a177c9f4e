import ast
import importlib.util
import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from fuzz.mutants import streams
from fuzz.mutants.hunt import Catch, hunt
from fuzz.mutants.mutant import Hunt, Where
from fuzz.mutants.run import best_of, run_one
from fuzz.mutants.score import render
from fuzz.mutants.table import MUTANTS
from fuzz.strategies.source import RandomSource
from zkos.lang.linkage import Patch, patched
from zkos.machine.execution import Stop
from zkos.machine.machine import Machine

SCORE = Path(__file__).resolve().parents[2] / "fuzz" / "mutants" / "README.md"


@pytest.mark.parametrize("name", MUTANTS)
def test_patch_fits_the_source(name: str) -> None:
    mutant = MUTANTS[name]
    spec = importlib.util.find_spec(mutant.patch.module)
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).read_text()
    changed = patched(source, mutant.patch.module, mutant.variant.patches)
    assert changed != source
    ast.parse(changed)


def test_there_are_enough_of_each_kind() -> None:
    faults = [mutant for mutant in MUTANTS.values() if not mutant.harmless]
    assert len(faults) >= 220
    assert {mutant.hunt for mutant in faults} == set(Hunt)
    assert {mutant.where for mutant in faults} == set(Where)


def test_deleted_check_is_found_unsound() -> None:
    catch = hunt_apart("leaf_after")
    assert catch.found
    assert catch.what.startswith("unsound")


@pytest.mark.parametrize("name", ["mulhsu_sign", "tree_stale_update"])
def test_fault_is_found_again_at_the_same_case(name: str) -> None:
    one, two = hunt_apart(name), hunt_apart(name)
    assert one.found
    assert (one.number, one.what) == (two.number, two.what)


def hunt_apart(name: str) -> Catch:
    return run_one(MUTANTS[name], seed=1, seconds=60.0)


def test_broken_hunt_is_no_catch(tmp_path: Path) -> None:
    lost = replace(MUTANTS["leaf_after"], name="unknown")
    catch = run_one(lost, seed=1, seconds=1.0)
    assert not catch.found
    path = tmp_path / "results"
    path.write_text(json.dumps(asdict(catch)) + "\n")
    assert best_of(path) == {}


def test_programs_run_and_end() -> None:
    machine = Machine("native")
    reasons = set()
    for number in range(300):
        image = streams.program(RandomSource(number))
        result = machine.run(image, None, streams.CYCLE_LIMIT)
        reasons.add(result.reason)
    assert Stop.FINISHED in reasons
    assert Stop.ILLEGAL_INSTRUCTION not in reasons


def test_score_names_every_mutant() -> None:
    text = SCORE.read_text()
    missing = [name for name in MUTANTS if f"`{name}`" not in text]
    assert missing == []


def test_score_tells_survivors_and_false_alarms() -> None:
    found = Catch("smod_sign", True, "public_input", 3, 1, 2.0, 1.0)
    alive = Catch("exp_gas", False, "", 9, 1, 60.0, 1.0)
    alarm = Catch("control", True, "logs", 1, 1, 1.0, 1.0)
    text = render({item.name: item for item in (found, alive, alarm)})
    assert "1 of 2 faults hunted were found (50.0 %)" in text
    assert "1 false alarms" in text
    assert "* `exp_gas`" in text


def test_hunt_of_a_harmless_change_finds_nothing() -> None:
    mutant = replace(
        MUTANTS["mulhsu_sign"],
        patch=Patch("zkos.machine.interpreter", "case operations.MULHSU", "case 23"),
    )
    assert not hunt(mutant, seed=1, seconds=1.0).found
