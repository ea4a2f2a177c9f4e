# 14:12: no order on tests.compiler.rules.rejected.comparisons_order:Kind

from enum import Enum


class Kind(Enum):
    """Two of them."""

    A = 0
    B = 1


def run(a: Kind, b: Kind) -> bool:
    return a < b
