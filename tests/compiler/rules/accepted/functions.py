"""Functions have typed parameters and a typed result."""

from zkos.lang.control import inline, noinline
from zkos.lang.ints import U32


@inline
def mix(x: U32, y: U32) -> U32:
    return x.rotate_left(5) ^ y


@noinline
def twice(x: U32) -> tuple[U32, bool]:
    return x.overflowing_add(x)


def nothing() -> None:
    pass


def run(a: U32, b: U32) -> U32:
    nothing()
    double, over = twice(a)
    return mix(double, b) if over else mix(b, double)
