"""Names are imported singly and absolutely."""

from tests.compiler.rules.accepted.constants import LIMIT
from zkos.lang.ints import U32


def run(a: U32, b: U32) -> U32:
    return (a ^ b) & LIMIT
