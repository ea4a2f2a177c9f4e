"""A module imported by name gives its constants, also in the cases of `match`."""

from tests.compiler.rules.accepted import constants
from zkos.lang.ints import U32


def run(a: U32, b: U32) -> U32:
    match a & 15:
        case constants.FIRST | constants.SECOND:
            return b
        case constants.WIDTH:
            return b ^ constants.LIMIT
        case 7:
            return constants.SQUARES[b & 7]
        case _:
            return b >> constants.WIDTH
