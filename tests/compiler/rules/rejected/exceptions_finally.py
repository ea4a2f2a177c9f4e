# 7:5: the statement Try is not in the language

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    try:
        a = a + 1
    finally:
        a = a + 2
    return a
