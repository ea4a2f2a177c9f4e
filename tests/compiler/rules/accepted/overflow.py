"""Plain arithmetic traps when the result does not fit."""

from zkos.lang.ints import U32


def run(a: U32, b: U32) -> U32:
    return (a + b) * 3 - 7
