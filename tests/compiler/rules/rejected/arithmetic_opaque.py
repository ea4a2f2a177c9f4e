# 7:12: no arithmetic on Address

from zkos.lang.ints import Address


def run(a: Address, b: Address) -> Address:
    return a ^ b
