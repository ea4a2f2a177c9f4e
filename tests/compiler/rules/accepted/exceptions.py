"""Exceptions carry nothing; handlers name classes; `raise` alone passes on."""

from zkos.lang.ints import U32


class Fault(Exception):
    """Any."""


class Small(Fault):
    """Too small."""


class Large(Fault):
    """Too large."""


class Other(Exception):
    """Something else."""


def check(x: U32) -> U32:
    if x < 10:
        raise Small
    if x > 1 << 20:
        raise Large
    if x & 3 == 1:
        raise Other
    return x


def inner(x: U32) -> U32:
    try:
        return check(x)
    except Small:
        return check(x + 10)
    except Large:
        raise


def run(a: U32, b: U32) -> U32:
    total = U32(0)
    try:
        total = inner(a)
        total = total ^ inner(b)
    except Large:
        total = total + 5
    except (Fault, Other):
        return total ^ 7
    return total
