"""Resources in tests: a full purse, and what was taken out of it."""

from tests.guest.objects import Resources
from zkos.lang.ints import U64

ERGS, NATIVE = 1 << 50, 1 << 50


def plenty() -> Resources:
    return Resources(U64(ERGS), U64(NATIVE))


def purse(*, gas: int, native: int) -> Resources:
    return Resources(U64(gas * 256), U64(native))


def spent(resources: Resources) -> tuple[int, int]:
    """Gas and native taken from `plenty`."""
    ergs = ERGS - int(resources.ergs)
    assert ergs % 256 == 0
    return ergs // 256, NATIVE - int(resources.native)
