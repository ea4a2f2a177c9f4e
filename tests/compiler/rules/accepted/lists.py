"""Lists grow; items are values or references."""

from zkos.lang.control import urange
from zkos.lang.ints import U32, U256
from zkos.lang.memory import List


def run(a: U32, b: U32) -> U32:
    numbers = List(U256)
    for i in urange(a & 31):
        numbers.append(U256(i) << 40)
    if numbers.length() > 3:
        numbers[2] = U256(b)
        numbers[numbers.length() - 1] = numbers.pop()
        numbers.truncate(U32(3))
    flags = List(bool)
    flags.append(a > b)
    total = U32(flags[0])
    for i in urange(numbers.length()):
        total = total.wrapping_mul(3) ^ numbers[i].word(0) ^ numbers[i].word(1)
    return total
