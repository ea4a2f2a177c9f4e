# 3:1: zkos.guest.crypto.division has no divide_u1024

from zkos.guest.crypto.division import divide_u1024
from zkos.lang.ints import U32


def run(a: U32) -> U32:
    return divide_u1024(a)
