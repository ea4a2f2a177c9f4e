"""Objects are references; the constructor sets every field."""

from zkos.lang.ints import U32, U256


class Counter:
    """Counts."""

    total: U256
    steps: U32

    def __init__(self, start: U32) -> None:
        self.total = U256(start)
        self.steps = U32(0)

    def add(self, x: U32) -> None:
        self.total = self.total + U256(x)
        self.steps += 1

    def result(self) -> U32:
        return U32.truncate(self.total) ^ self.steps


def run(a: U32, b: U32) -> U32:
    counter = Counter(a)
    same = counter
    other = Counter(a)
    same.add(b)
    counter.add(b)
    if counter is same and counter is not other:
        return counter.result()
    return U32(0)
