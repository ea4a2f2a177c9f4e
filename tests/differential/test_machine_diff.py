"""Two runs on the machine: the first different word, guest call, instruction."""

from array import array
from dataclasses import replace

import pytest

from differential import machine_diff
from differential.machine_diff import (
    MachineSubject,
    first_call_split,
    first_instruction_split,
    first_word_split,
)
from differential.runners import riscv
from differential.runners.base import prepare, state_of_case
from zkos.host.case import parse_case
from zkos.host.channel import QUERY_IDS, REPORT
from zkos.host.profile import Quirks, RunOptions
from zkos.machine.engines import native_engine

CONTRACT = "0x000000000000000000000000000000000000c0de"
CASE = {
    "block": {},
    "accounts": {
        "0x1a642f0e3c3af545e7acbd38b07251b3990914f1": {"balance": 10**18},
        # A creation that is refused, as there is no balance for its value.
        CONTRACT: {"code": "0x5f5f6001f000"},
    },
    "txs": [
        {
            "type": "legacy",
            "to": CONTRACT,
            "gas_limit": 1_000_000,
            "gas_price": 1000,
            "private_key": "0x" + "01" * 32,
        }
    ],
}
"""Upstream looks at the address of the creation, and asks about it."""


def subject(quirks):
    case = parse_case(CASE, "test")
    state = state_of_case(case)
    program = riscv.program()
    return MachineSubject(
        quirks.value,
        program.image((RunOptions(quirks=quirks).word(),)),
        program.linked,
        native_engine(),
        lambda: prepare(case.blocks[0], state),
    )


@pytest.mark.riscv
def test_word_and_call_at_which_images_part_are_named():
    left, right = subject(Quirks.NONE), subject(Quirks.UPSTREAM)
    split = first_word_split(left, right)
    assert split.values == (REPORT, QUERY_IDS["storage_slot"])
    assert split.place == "message, first word"
    calls = first_call_split(left, right, split)
    functions = tuple(call.function for call in calls.calls)
    assert functions == (
        "zkos.guest.state.accounts:AccountCache.touch",
        "zkos.guest.state.io:Io.read_account_with_code",
    )
    assert calls.last_common.cycle < calls.calls[0].cycle


@pytest.mark.riscv
def test_equal_runs_do_not_part():
    left, right = subject(Quirks.NONE), subject(Quirks.NONE)
    assert first_word_split(left, right) is None


@pytest.mark.riscv
def test_instructions_are_compared_on_two_engines_only():
    left, right = subject(Quirks.NONE), subject(Quirks.UPSTREAM)
    with pytest.raises(ValueError, match="two engines"):
        first_instruction_split(left, right)
    with pytest.raises(ValueError, match="two engines"):
        first_instruction_split(left, replace(left, name="again"))


@pytest.mark.parametrize(
    ("index", "place", "previous"),
    [
        (0, "storage_slot, first word", 0),
        (1, "storage_slot, length", 0),
        (3, "storage_slot, word 1", 0),
        (5, "message, length", 0),
        (7, "message of kind 8, word 1", 0),
        (8, "query 0x77, first word", 4),
    ],
)
def test_places_in_the_stream_have_names(index, place, previous):
    words = array("I", [QUERY_IDS["storage_slot"], 2, 10, 11, REPORT, 2, 8, 9, 0x77, 0])
    assert machine_diff._place(words, index) == (place, previous)
