"""Evaluation goes from left to right, and the value before its target."""

from zkos.lang.ints import U32, U256
from zkos.lang.memory import Array, List


class Box:
    """Counts its changes."""

    value: U256
    count: U32

    def __init__(self, value: U32) -> None:
        self.value = U256(value)
        self.count = U32(0)

    def change(self) -> U256:
        self.value = self.value.wrapping_mul(3) + 1
        self.count += 1
        return self.value

    def next(self) -> U32:
        self.count += 1
        return self.count & 3


def run(a: U32, b: U32) -> U32:
    box = Box(a)
    total = U32(box.value < box.change())
    total = (total << 1) | U32(box.value == box.change())
    total = (total << 1) | U32(box.change() != box.value)
    words = Array(U256, 4)
    words[box.next()] = box.change()
    words[box.next()] = box.value
    items = List(U256)
    items.append(U256(b))
    items.append(box.value)
    items[box.next() & 1] = box.change()
    both = box.value.wrapping_add(box.change())
    rest = box.value // (box.change() | 1)
    carried, carry = box.value.add_carry(box.value, box.change() > 77)
    total = total ^ words[0].word(0) ^ words[1].word(0) ^ words[2].word(0)
    total = total ^ items[0].word(0) ^ (items[1].word(0) << 1) ^ both.word(0)
    return total ^ rest.word(0) ^ carried.word(0) ^ U32(carry) ^ box.count
