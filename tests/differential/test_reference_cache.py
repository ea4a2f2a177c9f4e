"""Answers of py-evm on disk, whatever befalls the file."""

import sqlite3

import pytest

from differential import reference_cache
from differential.outcome import Outcome, Result
from differential.policy import Policy
from differential.reference_cache import ReferenceCache
from differential.runners import py_evm
from tests.support.damage import DAMAGES, damage
from zkos.compiler import cache_folder
from zkos.host.case import Block
from zkos.host.context import BlockContext
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Questions that reached the reference."""
    questions = []

    def run_with(block, *_, **__):
        questions.append(block.context.block_number)
        return Outcome(Result.SUCCESS, seconds=float(block.context.block_number))

    monkeypatch.setattr(py_evm, "run_with", run_with)
    cache_folder.tell_once.cache_clear()
    yield questions
    reference_cache._connect.cache_clear()


def ask(path, *numbers):
    reference_cache._connect.cache_clear()
    cache = ReferenceCache(path)
    answers = []
    for number in numbers:
        block = Block(BlockContext(block_number=number), ())
        answer = cache.run_with(block, ChainState(), Policy.ethereum(), RunOptions())
        answers.append(answer.seconds)
    assert answers == [float(number) for number in numbers]


def test_answers_are_asked_for_once(tmp_path, asked):
    ask(tmp_path / "answers", 1, 2)
    ask(tmp_path / "answers", 1, 2, 3)
    assert asked == [1, 2, 3]


@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_heals_itself(tmp_path, asked, kind, capsys):
    path = tmp_path / "answers"
    ask(path, 1, 2)
    damage(path, kind)
    ask(path, 1, 2)
    ask(path, 1, 2)
    assert len(asked) <= 4
    assert path.is_file()
    assert len(capsys.readouterr().err.splitlines()) <= 1


@pytest.mark.parametrize("column", ["digest", "answer"])
@pytest.mark.parametrize("value", ["", "{}", "[1]", b"\xff\xfe", None, 7])
def test_a_damaged_answer_is_asked_for_again(tmp_path, asked, column, value):
    path = tmp_path / "answers"
    ask(path, 1, 2)
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE answers SET {column} = ?", (value,))
    connection.close()
    ask(path, 1, 2)
    ask(path, 1, 2)
    assert asked == [1, 2, 1, 2]


def test_where_nothing_can_be_written_nothing_is_kept(asked, capsys):
    path = cache_folder.Path("/sys/answers")
    ask(path, 1, 1)
    assert asked == [1, 1]
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("zkos: cache /sys/answers: ")
