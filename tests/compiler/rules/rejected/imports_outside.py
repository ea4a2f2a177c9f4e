# 3:1: guest code cannot import hashlib

from hashlib import sha256
from zkos.lang.ints import U32


def run(a: U32) -> U32:
    return U32(sha256(a).digest_size)
