# 7:5: no guards in match

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    match a:
        case 1 if a > 0:
            return a
        case _:
            return a + 1
