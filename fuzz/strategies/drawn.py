"""The generators as Hypothesis strategies, for pytest and HypoFuzz."""

from collections.abc import Callable
from typing import TypeVar

from hypothesis import strategies as st

from fuzz.strategies import cases as case_generators
from fuzz.strategies import numbers
from fuzz.strategies.cast import make_cast
from fuzz.strategies.programs import contract_code
from fuzz.strategies.source import Source
from zkos.host.case import Case

T = TypeVar("T")


class DrawnSource(Source):
    """Choices that Hypothesis makes, shrinks and replays."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def below(self, limit: int) -> int:
        return self._draw(st.integers(0, limit - 1)) if limit > 1 else 0

    def bytes(self, length: int) -> bytes:
        return self._draw(st.binary(min_size=length, max_size=length))


def drawn(generate: Callable[[Source], T]) -> st.SearchStrategy[T]:
    """Any generator as a strategy."""

    @st.composite
    def strategy(draw: st.DrawFn) -> T:
        return generate(DrawnSource(draw))

    return strategy()


def words() -> st.SearchStrategy[int]:
    """256-bit numbers worth trying."""
    return drawn(numbers.word)


def programs() -> st.SearchStrategy[bytes]:
    """Code of contracts."""
    return drawn(lambda source: contract_code(source, make_cast(source), None))


def cases() -> st.SearchStrategy[Case]:
    """Whole cases."""
    return drawn(case_generators.case)
