"""`assert` and `trap` end the run in every engine alike."""

from zkos.lang.ints import U32
from zkos.lang.trap import trap


def run(a: U32, b: U32) -> U32:
    assert a != b, "a and b are equal"
    if a > 0xFFFF0000:
        trap("a is too large")
    return a ^ b
