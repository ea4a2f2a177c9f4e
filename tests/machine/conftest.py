"""Machines to run programs on, and words to feed them."""

import pytest

from zkos.compiler.codegen import HURRIED, object_code
from zkos.machine.machine import ENGINE_NAMES, Machine
from zkos.machine.translator.engine import TranslatedEngine

TRANSLATED = "translated"


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


def translating() -> Machine:
    """Translates every program it meets, in this process."""
    return Machine(TranslatedEngine(every=True, compile_text=compiled))


def compiled(text: str) -> bytes:
    """Object code of translated text, without a child process."""
    return object_code(text, HURRIED)


@pytest.fixture(
    params=[
        *(
            pytest.param(name, marks=getattr(pytest.mark, name))
            for name in ENGINE_NAMES
        ),
        pytest.param(TRANSLATED, marks=pytest.mark.native),
    ],
    scope="session",
)
def machine(request: pytest.FixtureRequest) -> Machine:
    return translating() if request.param == TRANSLATED else Machine(request.param)


@pytest.fixture
def tape() -> type[Tape]:
    return Tape
