"""`@record` makes the constructor from the fields."""

from zkos.lang.control import record
from zkos.lang.ints import U8, U32, U256
from zkos.lang.memory import List


@record
class Entry:
    """Fields of several widths."""

    tag: U8
    value: U256
    present: bool
    next: "Entry | None"


def run(a: U32, b: U32) -> U32:
    first = Entry(U8.truncate(a), U256(b), a > b, None)
    second = Entry(U8(1), U256(a) << 64, False, first)
    entries = List(Entry)
    entries.append(first)
    entries.append(second)
    entries[0].value = entries[1].value
    total = U32(first.tag) ^ first.value.word(2)
    found = second.next
    if found is not None and found.present:
        total = total.wrapping_add(U32(found.tag) << 8)
    return total
