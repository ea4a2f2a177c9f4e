"""Which engine a finding is laid to, for every way in which they may part."""

from itertools import product

import pytest

from differential.engines import UNSUPPORTED
from differential.outcome import (
    Outcome,
    Result,
    TransactionOutcome,
    TransactionStatus,
)
from fuzz.campaign.bisect import ENGINES, count_votes

ABSTAINS = None
SILENT = "silent"
"""Knows the block, but not the point on which others part."""
SAYS = (ABSTAINS, SILENT, "a", "b", "c")


def outcome(word):
    if word is ABSTAINS:
        return Outcome(Result.CRASH, f"{UNSUPPORTED}not its rules")
    pubdata = None if word == SILENT else word.encode()
    return Outcome(Result.SUCCESS, pubdata=pubdata)


def blamed_by_hand(split):
    """The engine whose word nobody shares where two or more share another."""
    heard = {n: word for n, word in split.items() if word not in (ABSTAINS, SILENT)}
    for name, word in heard.items():
        others = [other for engine, other in heard.items() if engine != name]
        if len(others) >= 2 and len(set(others)) == 1 and word != others[0]:
            return name
    return None


@pytest.mark.parametrize("number", range(2, len(ENGINES) + 1))
def test_every_split_of_votes(number):
    names = ENGINES[:number]
    for words in product(SAYS, repeat=number):
        split = dict(zip(names, words, strict=True))
        votes = count_votes({name: outcome(word) for name, word in split.items()})
        different = {word for word in words if word not in (ABSTAINS, SILENT)}
        if len(different) < 2:
            assert votes is None, split
            continue
        assert votes.responsible == blamed_by_hand(split), split
        for name, word in split.items():
            friends = votes.by_engine[name].split(", ")
            if word is ABSTAINS:
                assert friends == ["no opinion"]
            elif word != SILENT:
                same = [n for n, w in split.items() if w in (word, SILENT)]
                assert friends == [n for n in same if n != name] or friends == [
                    "nobody"
                ]


@pytest.mark.parametrize("ending", [Result.CRASH, Result.TIMEOUT, Result.ABORT])
@pytest.mark.parametrize("lost", ENGINES)
def test_an_engine_that_ends_otherwise_is_at_fault(ending, lost):
    outcomes = {name: outcome("a") for name in ENGINES}
    assert count_votes({**outcomes, lost: Outcome(ending, "why")}).responsible == lost


def spent(gas, root):
    receipt = TransactionOutcome(TransactionStatus.SUCCESS, gas_used=gas)
    return Outcome(Result.SUCCESS, state_root=root, transactions=(receipt,))


def test_a_fault_the_reference_sees_in_part_is_laid_to_one():
    says = {"native": spent(2, 7), "riscv": spent(1, 6), "cpython": spent(1, 6)}
    votes = count_votes({**says, "py_evm": spent(1, None)})
    assert votes.responsible == "native"
    assert votes.by_engine["riscv"] == "cpython, py_evm"
    votes = count_votes({**says, "py_evm": Outcome(Result.CRASH, f"{UNSUPPORTED}x")})
    assert votes.responsible == "native"
    votes = count_votes({**says, "native": spent(1, 6), "py_evm": spent(2, None)})
    assert votes.responsible == "py_evm"


def test_two_engines_each_alone_somewhere_are_both_suspect():
    says = {"native": spent(2, 6), "riscv": spent(1, 7), "cpython": spent(1, 6)}
    assert count_votes(says).responsible is None


def test_half_against_half_is_no_majority():
    one, two = spent(1, 6), spent(2, 7)
    says = dict(zip(ENGINES, (one, one, two, two), strict=True))
    assert count_votes(says).responsible is None
