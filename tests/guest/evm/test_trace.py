"""Steps reported by a tracing build."""

from collections.abc import Iterator
from typing import Final

import pytest

from tests.guest.evm.support import execute
from zkos.guest.evm import interpreter
from zkos.lang.intrinsics import attach

WORDS_A_MESSAGE: Final = 3 + 17


class Listener:
    def __init__(self) -> None:
        self.words: list[int] = []

    def read(self) -> int:
        raise AssertionError("a trace asks for nothing")

    def write(self, word: int) -> None:
        self.words.append(word)

    def option(self, index: int) -> int:
        raise AssertionError("a trace has no options")


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    attach(made)
    yield made
    attach(None)


def test_trace_reports_each_step_before_it(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interpreter, "TRACE", True)
    execute(bytes.fromhex("61abcd 5f 52"), gas=100, native=1000)
    messages = [
        listener.words[start : start + WORDS_A_MESSAGE]
        for start in range(0, len(listener.words), WORDS_A_MESSAGE)
    ]
    # depth, pc, opcode, gas, native, stack size, memory, top
    analysed = 1000 - 6 * 5
    assert [[*message[3:6], *message[6:13]] for message in messages] == [
        [0, 0, 0x61, 100, 0, analysed, 0, 0, 0, 0],
        [0, 3, 0x5F, 97, 0, analysed - 140, 0, 1, 0, 0xABCD],
        [0, 4, 0x52, 95, 0, analysed - 210, 0, 2, 0, 0],
    ]
    assert all(message[:2] == [0xFFFFFFF0, 18] for message in messages)


def test_trace_is_off_by_default(listener: Listener) -> None:
    execute(bytes.fromhex("5f"))
    assert listener.words == []
