# 10:14: this case stands above already

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    match a:
        case 1 | 2:
            return a
        case 2:
            return a + 1
        case _:
            return a + 2
