"""Byte views are windows on shared memory; every access is checked."""

from zkos.lang.ints import U8, U32, U256
from zkos.lang.memory import allocate_bytes


def run(a: U32, b: U32) -> U32:
    data = allocate_bytes(100)
    data.store_u256_be(3, U256(a) << 70)
    part = data.window(20, 40)
    part[0] = U8.truncate(b)
    part.store_u32(U32(1) + (b & 3), b)
    data.window(50, 10).copy_from(data.window(16, 10))
    data.window(64, 5).fill(U8(0xAB))
    same = part.window(0, 4).equals(data.window(20, 4))
    total = data.load_u32_be(b % 90) ^ U32(part[1]) ^ U32(same)
    return total ^ data.load_u256(a % 70).word(1) ^ part.length()
