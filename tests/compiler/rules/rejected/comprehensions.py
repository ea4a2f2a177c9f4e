# 8:13: ListComp is not in the language

from zkos.lang.ints import U32


# neither lists of Python nor what makes them
def run(a: U32) -> U32:
    items = [a for _ in range(3)]
    return items[0]
