# 7:5: the statement While is not in the language

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    while a < 3:
        a = a + 1
    else:
        a = a + 2
    return a
