# 7:5: the statement FunctionDef is not in the language

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    def twice(x: U32) -> U32:
        return x + x

    return twice(a)
