"""Faults of the guest and the host, hunted in children of this process."""

import os
import signal
import time

import pytest

from fuzz.mutants.classes import NOT_COMPARED, NOT_INFECTED, NOT_REACHED, why
from fuzz.mutants.forks import in_child
from fuzz.mutants.grounds import Trail, trail_of
from fuzz.mutants.nursery import Nursery
from fuzz.mutants.pool import replay
from fuzz.mutants.referees import Referees
from fuzz.mutants.table import MUTANTS
from fuzz.mutants.yard import Yard
from zkos.lang.linkage import Patch

CASES = 16


@pytest.fixture(scope="module")
def yard() -> Yard:
    made = Yard()
    made.grow(CASES)
    return made


def test_plain_build_repeats_its_conversations(yard: Yard) -> None:
    assert len(yard.recordings) > CASES
    assert [replay(yard.plain, item) for item in yard.recordings[:10]] == [None] * 10


def test_fault_parts_from_a_conversation(yard: Yard) -> None:
    trail = yard.hunt((MUTANTS["calldata_price"].patch,), 10.0)
    assert trail.found
    assert 0 <= trail.case < CASES
    assert trail.runs <= trail.reached


def test_harmless_change_goes_on_to_new_cases(yard: Yard) -> None:
    trail = yard.hunt((MUTANTS["control"].patch,), 0.5)
    assert not trail.found
    # All that was recorded and comes to it says the same.
    assert trail.runs > trail.reached


def test_what_breaks_a_rule_is_refused(yard: Yard) -> None:
    patch = Patch("zkos.guest.flow.minting_l1", "    kept = fee\n", "    kept = 7\n")
    trail = yard.hunt((patch,), 1.0)
    assert trail.refused
    assert trail.what.startswith("minting_l1.py:")


def test_hang_is_found(yard: Yard) -> None:
    patch = Patch(
        "zkos.guest.evm.instructions.stack_ops",
        "    frame.drop(U32(1))\n",
        "    while frame.size != 7777:\n        frame.size = U32(1)\n",
    )
    trail = yard.hunt((patch,), 10.0)
    assert trail.found
    assert trail.what == "hang"


def test_lie_is_believed(yard: Yard) -> None:
    yard.rehearse()
    trail = yard.hunt((MUTANTS["leaf_after"].patch,), 20.0, yard.lie)
    assert trail.found
    assert trail.what.startswith("unsound")


def test_fault_in_the_source_is_judged(yard: Yard) -> None:
    referees = Referees(yard)
    commitment = MUTANTS["pubdata_timestamp"].patch
    trail = yard.hunt((commitment,), 20.0, referees.chase)
    assert trail.found
    assert trail.what.startswith("judge: ")


@pytest.mark.slow
def test_fault_in_the_source_is_none_of_ethereum(yard: Yard) -> None:
    referees = Referees(yard)
    trail = yard.hunt((MUTANTS["memory_price"].patch,), 60.0, referees.chase)
    assert trail.found
    assert trail.what.startswith("ethereum: ")


@pytest.mark.parametrize(
    ("module", "old", "new", "expected"),
    [
        (
            "zkos.guest.protocol.environment",
            (
                "    return environment != NO_ENVIRONMENT and "
                "environment <= HIGHEST_ENVIRONMENT"
            ),
            "    return environment != NO_ENVIRONMENT",
            NOT_INFECTED,
        ),
        (
            "zkos.guest.evm.interpreter",
            "        frame.memory_gas = U64(0)\n",
            "        frame.memory_gas = U64(0)\n        frame.reply_length = U32(9)\n",
            NOT_COMPARED,
        ),
        (
            "zkos.guest.evm.environments",
            "            return self.evm.begin(frame)\n        raise Fatal",
            "            return self.evm.begin(frame)\n        trap('never')",
            NOT_REACHED,
        ),
    ],
)
def test_survivor_has_a_class(
    yard: Yard, module: str, old: str, new: str, expected: str
) -> None:
    shop = yard.workshop
    text = old.splitlines()[-1]
    changed = shop.functions_changed((Patch(module, old, new),))
    function = next(iter(changed))
    path = function.module.path
    with open(path) as file:
        line = 1 + next(n for n, row in enumerate(file) if text in row)
    if expected == NOT_REACHED:
        built = shop.build((Patch(module, old, old),))
    else:
        built = shop.build((Patch(module, old, new),))
    assert why(yard, built, function, range(line, line + 1)) == expected


def test_fault_in_the_host_is_found(yard: Yard) -> None:
    nursery = Nursery(1, yard.workshop)
    trail = nursery.hunt((MUTANTS["tree_successor"].patch,), 20.0)
    assert trail.found
    assert nursery.hunt((), 0.5).found is False


def test_child_that_dies_is_told_of() -> None:
    def hang(tell: object) -> None:
        while True:
            pass

    def fall(tell: object) -> None:
        os.kill(os.getpid(), signal.SIGSEGV)

    def fail(tell: object) -> None:
        raise ValueError("no such thing")

    began = time.process_time()
    assert in_child(hang, 0.1).died == "hang"
    assert in_child(fall, 1.0).died == "crash: SIGSEGV"
    assert in_child(fail, 1.0).died.startswith("ValueError: no such thing")
    assert in_child(lambda tell: 7, 1.0).answer == 7
    assert time.process_time() - began < 1


def test_death_before_the_hunt_finds_nothing() -> None:
    assert trail_of(in_child(lambda tell: os.abort(), 1.0)) == Trail(
        what="no hunt: crash: SIGABRT", build_seconds=0.0
    ) or trail_of(in_child(lambda tell: os.abort(), 1.0)).what.startswith("no hunt")
