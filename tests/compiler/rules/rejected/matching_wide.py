# 7:5: no match on U256

from zkos.lang.ints import U256


def run(a: U256) -> U256:
    match a:
        case 1:
            return a
        case _:
            return a
