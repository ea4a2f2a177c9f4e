# 9:5: the statement With is not in the language

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    b = a

    with b:
        return a
