# 7:12: 'is' on U32 and U32

from zkos.lang.ints import U32


def run(a: U32, b: U32) -> bool:
    return a is b
