"""Lies about the configuration of a chain: refused, or bound by the public input."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from differential.outcome import Outcome, Result
from differential.runners import cpython
from differential.runners.base import state_of_case
from zkos.cases.loading import load_case
from zkos.host.edits import AnswerEdit
from zkos.host.profile import Mode, RunOptions
from zkos.versions import Protocol

ROOT = Path(__file__).resolve().parents[2]
CASE = load_case(ROOT / "corpora" / "transfers" / "self_and_zero.json")
OPTIONS = RunOptions(mode=Mode.PROVING, protocol=Protocol.V32)
CONFIGURATION = 0
"""Number of the answer: the first of a run."""
CHAIN, FLAG, LIMIT = 1, 3, 5
"""Words of the answer, behind its length."""


def run(*edits: AnswerEdit, **context: Any) -> Outcome:
    block = CASE.blocks[0]
    block = replace(block, context=replace(block.context, **context), edits=edits)
    return cpython.run_block(block, state_of_case(CASE), OPTIONS)


@cache
def honest() -> Outcome:
    return run()


def lie(word: int, value: int) -> AnswerEdit:
    return AnswerEdit(CONFIGURATION, word=word, value=value)


def test_the_configuration_is_asked_for_first():
    assert honest().result is Result.SUCCESS
    told = run(lie(LIMIT, (1 << 24) + 5))
    same = run(max_tx_gas_limit=(1 << 24) + 5)
    assert told.public_input == same.public_input != honest().public_input


@pytest.mark.parametrize(
    ("word", "value"),
    [
        (0, 4),
        (0, 8),
        (LIMIT, (1 << 24) - 1),
        (LIMIT, 0),
        (FLAG, 2),
        (FLAG + 1, 1),
    ],
)
def test_what_cannot_be_is_refused(word, value):
    assert run(lie(word, value)).result is Result.ABORT


@pytest.mark.parametrize(
    ("word", "value"),
    [
        (CHAIN, 38),
        (CHAIN + 1, 1),
        (FLAG, 1),
        (LIMIT, (1 << 24) + 1),
        (LIMIT + 1, 1),
    ],
)
def test_what_could_be_is_bound(word, value):
    told = run(lie(word, value))
    assert told.result is Result.SUCCESS
    assert told.public_input != honest().public_input


def test_a_limit_above_the_cap_is_dropped():
    outcome = run(max_tx_gas_limit=1 << 24)
    assert outcome.transactions is not None
    first = CASE.blocks[0].transactions[0]
    high = replace(first, gas_limit=(1 << 24) + 1)
    block = replace(CASE.blocks[0], transactions=(high,))
    told = cpython.run_block(block, state_of_case(CASE), OPTIONS)
    assert told.transactions is not None
    assert told.transactions[0].reason == "CallerGasLimitMoreThanTxLimit"
    context = replace(block.context, max_tx_gas_limit=(1 << 24) + 1)
    allowed = cpython.run_block(
        replace(block, context=context), state_of_case(CASE), OPTIONS
    )
    assert allowed.transactions is not None
    assert allowed.transactions[0].reason != "CallerGasLimitMoreThanTxLimit"
