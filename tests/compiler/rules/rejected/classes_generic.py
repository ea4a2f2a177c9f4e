# 10:1: only List and Map are generic

from typing import Generic, TypeVar

from zkos.lang.ints import U32

T = TypeVar("T")


class Box(Generic[T]):
    """Holds anything."""

    value: T


def run(a: U32) -> U32:
    return a
