"""Steps reported by a tracing build."""

from collections.abc import Sequence
from typing import Final

import pytest

from tests.guest.evm.support import SELF, Guest, execute, halts
from tests.guest.system.world import World
from zkos.guest.evm import interpreter, steps
from zkos.guest.protocol.options import OPTION_TRACE_MEMORY

STEP: Final = 10
FRAME_END: Final = 11
REPORT: Final = 0xFFFFFFF0
WHO: Final = [SELF, 0, 0, 0, 0]


class Listener(World):
    """A world that keeps what the guest reports."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[list[int]] = []

    def answer(self, query: int, parameters: Sequence[int]) -> list[int]:
        if query != REPORT:
            return super().answer(query, parameters)
        self.kept.append([*parameters])
        return []


@pytest.fixture
def guest(monkeypatch: pytest.MonkeyPatch) -> Guest:
    for name in ("TRACE", "trace_step", "trace_end"):
        monkeypatch.setattr(interpreter, name, getattr(steps, name))
    return Guest(world=Listener())


def word(number: int) -> list[int]:
    return [number >> 32 * index & 0xFFFFFFFF for index in range(8)]


def test_trace_reports_each_step_before_it(guest: Guest) -> None:
    execute(bytes.fromhex("61abcd 5f 52"), gas=100, native=1000, guest=guest)
    analysed = 1000 - 6 * 5
    *steps, end = guest.world.kept
    # depth, pc, opcode, gas, native, refund; address; stack; lengths of memory and
    # of what is shown of it, and of return data
    assert steps == [
        [STEP, 0, 0, 0x61, 100, 0, analysed, 0, 0, *WHO, 0, 0, 0, 0],
        [
            *(STEP, 0, 3, 0x5F, 97, 0, analysed - 140, 0, 0, *WHO),
            *(1, *word(0xABCD), 0, 0, 0),
        ],
        [
            *(STEP, 0, 4, 0x52, 95, 0, analysed - 210, 0, 0, *WHO),
            *(2, *word(0xABCD), *word(0), 0, 0, 0),
        ],
    ]
    assert end[:3] == [FRAME_END, 0, 2]
    assert end[3:5] == [89, 0]


def test_trace_shows_memory_on_request(guest: Guest) -> None:
    guest.world.options |= int(OPTION_TRACE_MEMORY)
    execute(bytes.fromhex("61abcd 5f 52 00"), guest=guest)
    *_, last, _ = guest.world.kept
    assert last[-11:] == [32, 32, *[0] * 7, 0xCDAB0000, 0]


def test_trace_sends_what_opcodes_reach(guest: Guest) -> None:
    execute(b"\x5f" * 40 + b"\x00", guest=guest)
    sizes = [(message[14], len(message)) for message in guest.world.kept[:-1]]
    assert sizes == [(size, 1 + 17 + 8 * min(size, 17)) for size in range(41)]


def test_trace_tells_a_halt(guest: Guest) -> None:
    halts(bytes.fromhex("fe"), gas=100, guest=guest)
    step, end = guest.world.kept
    assert step[3] == 0xFE
    assert end[:5] == [FRAME_END, 0, 4, 0, 0]


def test_trace_is_off_by_default(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    execute(bytes.fromhex("5f"), guest=guest)
    assert guest.world.kept == []
