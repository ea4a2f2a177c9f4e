"""`while`, `break`, `continue`, and counting with `urange`."""

from zkos.lang.control import urange
from zkos.lang.ints import U32, U64


def run(a: U32, b: U32) -> U32:
    total = U32(0)
    for i in urange(a & 15):
        if i == 3:
            continue
        if i > 11:
            break
        total = total.wrapping_add(i * i)
    for j in urange(U64(5), U64(b & 31)):
        for _ in urange(U32(2)):
            total = total.wrapping_add(U32(j))
    count = b & 7
    while count != 0:
        count = count - 1
        total = total ^ (count << 8)
    return total
