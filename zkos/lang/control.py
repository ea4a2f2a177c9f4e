"""Loops, records, function attributes and dispatch tables of the subset."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar, cast, dataclass_transform, overload

from zkos.lang.ints import U8, U32, U64

C = TypeVar("C")
F = TypeVar("F", bound=Callable[..., Any])
S = TypeVar("S")
N = TypeVar("N", U32, U64)


@overload
def urange(start: N, stop: N, /) -> Iterator[N]: ...
@overload
def urange(stop: N, /) -> Iterator[N]: ...
def urange(start: N, stop: N | None = None, /) -> Iterator[N]:
    """Count from `start` (0 if absent) up to below `stop`; both `U32` or `U64`."""
    first, last = (0, int(start)) if stop is None else (int(start), int(stop))
    return (type(start)(number) for number in range(first, last))


def srange(*bounds: int) -> range:
    """Python's `range` over literals; the compiler unrolls the loop.

    The loop variable is a literal in each copy of the body.
    """
    return range(*bounds)


@dataclass_transform(eq_default=False)
def record(cls: type[C]) -> type[C]:
    """A class of plain fields with the constructor of a dataclass."""
    return dataclass(slots=True, eq=False)(cls)


def inline(function: F) -> F:
    """Copy the body into every caller."""
    return function


def noinline(function: F) -> F:
    """Keep the body out of its callers: for cold or large code."""
    return function


class DispatchTable(Generic[S]):
    """A handler for each byte value.

    `run(key, subject)` calls `handler(subject, *numbers)`. Built at import time from
    rows `(key, handler, numbers)`, where the numbers are literals bound as `U32`
    arguments; keys without a row call `default(subject)`.
    """

    def __init__(
        self,
        rows: Sequence[tuple[int, Callable[..., None], tuple[int, ...]]],
        default: Callable[[S], None],
    ) -> None:
        self.rows: Final = {key: (handler, numbers) for key, handler, numbers in rows}
        self.default: Final = default

    def run(self, key: U8, subject: S) -> None:
        """Call the handler of `key`."""
        handler, numbers = self.rows.get(int(key), (self.default, ()))
        cast(Any, handler)(subject, *(U32(number) for number in numbers))
