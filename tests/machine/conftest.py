"""Machines to run programs on, and words to feed them."""

import pytest

from zkos.machine.machine import ENGINE_NAMES, Machine


class Tape:
    """A channel that serves given words and keeps what it is sent."""

    def __init__(self, *words: int) -> None:
        self.words = list(words)
        self.sent: list[int] = []

    def read(self) -> int:
        if not self.words:
            raise EOFError("the tape is at its end")
        return self.words.pop(0)

    def write(self, word: int) -> None:
        self.sent.append(word)


@pytest.fixture(
    params=[
        pytest.param(name, marks=getattr(pytest.mark, name)) for name in ENGINE_NAMES
    ],
    scope="session",
)
def machine(request: pytest.FixtureRequest) -> Machine:
    return Machine(request.param)


@pytest.fixture
def tape() -> type[Tape]:
    return Tape
