"""Steps reported by a tracing build."""

from collections.abc import Iterator
from typing import Final

import pytest

from tests.guest.evm.support import SELF, execute, halts
from zkos.guest.evm import interpreter, steps
from zkos.guest.protocol.options import OPTION_TRACE_MEMORY
from zkos.lang.intrinsics import attach

STEP: Final = 10
FRAME_END: Final = 11
REPORT: Final = 0xFFFFFFF0
WHO: Final = [SELF, 0, 0, 0, 0]


class Listener:
    def __init__(self) -> None:
        self.words: list[int] = []
        self.options = 0

    def read(self) -> int:
        raise AssertionError("a trace asks for nothing")

    def write(self, word: int) -> None:
        self.words.append(word)

    def option(self, index: int) -> int:
        return self.options

    def messages(self) -> list[list[int]]:
        found, position = [], 0
        while position < len(self.words):
            assert self.words[position] == REPORT
            end = position + 2 + self.words[position + 1]
            found.append(self.words[position + 2 : end])
            position = end
        assert position == len(self.words)
        return found


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    made = Listener()
    for name in ("TRACE", "trace_step", "trace_end"):
        monkeypatch.setattr(interpreter, name, getattr(steps, name))
    attach(made)
    yield made
    attach(None)


def word(number: int) -> list[int]:
    return [number >> 32 * index & 0xFFFFFFFF for index in range(8)]


def test_trace_reports_each_step_before_it(listener: Listener) -> None:
    execute(bytes.fromhex("61abcd 5f 52"), gas=100, native=1000)
    analysed = 1000 - 6 * 5
    *steps, end = listener.messages()
    # depth, pc, opcode, gas, native; address; stack; memory length and content
    assert steps == [
        [STEP, 0, 0, 0x61, 100, 0, analysed, 0, *WHO, 0, 0, 0],
        [STEP, 0, 3, 0x5F, 97, 0, analysed - 140, 0, *WHO, 1, *word(0xABCD), 0, 0],
        [
            *(STEP, 0, 4, 0x52, 95, 0, analysed - 210, 0, *WHO),
            *(2, *word(0xABCD), *word(0), 0, 0),
        ],
    ]
    assert end[:3] == [FRAME_END, 0, 2]
    assert end[3:5] == [89, 0]


def test_trace_shows_memory_on_request(listener: Listener) -> None:
    listener.options = int(OPTION_TRACE_MEMORY)
    execute(bytes.fromhex("61abcd 5f 52 00"))
    *_, last, _ = listener.messages()
    assert last[-10:] == [32, 32, *[0] * 7, 0xCDAB0000]


def test_trace_sends_what_opcodes_reach(listener: Listener) -> None:
    execute(b"\x5f" * 40 + b"\x00")
    sizes = [(message[13], len(message)) for message in listener.messages()[:-1]]
    assert sizes == [(size, 1 + 15 + 8 * min(size, 17)) for size in range(41)]


def test_trace_tells_a_halt(listener: Listener) -> None:
    halts(bytes.fromhex("fe"), gas=100)
    step, end = listener.messages()
    assert step[3] == 0xFE
    assert end[:5] == [FRAME_END, 0, 4, 0, 0]


def test_trace_is_off_by_default(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    execute(bytes.fromhex("5f"))
    assert listener.words == []
