# 5:1: only imports, constants, classes and functions at module level

from zkos.lang.ints import U32

for _ in range(3):
    pass


def run(a: U32) -> U32:
    return a
