# 10:5: the statement For is not in the language

from zkos.lang.ints import U32
from zkos.lang.memory import Array


def run(a: U32) -> U32:
    items = Array(U32, 3)

    for item in items:
        a = a + item
    return a
