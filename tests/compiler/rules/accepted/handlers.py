"""Nested handlers, errors through several frames, a `try` that cannot fail."""

from zkos.lang.control import noinline
from zkos.lang.ints import U32, U256


class Base(Exception):
    """Above."""


class First(Base):
    """One below."""


class Second(Base):
    """The other."""


@noinline
def deep(x: U32) -> U256:
    match x & 3:
        case 0:
            raise First
        case 1:
            raise Second
        case 2:
            raise Base
    return U256(x)


@noinline
def middle(x: U32) -> tuple[U256, bool]:
    return deep(x), x > 7


def outer(x: U32) -> U32:
    try:
        value, flag = middle(x)
    except First:
        try:
            value, flag = middle(x + 1)
        except Second:
            raise
        return U32(50)
    return value.word(0) ^ U32(flag)


def calm(x: U32) -> U32:
    try:
        return x ^ 3
    except Base:
        return U32(0)


def run(a: U32, b: U32) -> U32:
    total = calm(a)
    try:
        total = total ^ outer(a)
        try:
            total = total.wrapping_add(outer(b))
        except Base:
            total = total ^ 0x1000
            raise
    except Second:
        total = total ^ 0x2000
    except Base:
        total = total ^ 0x4000
    return total
