"""Maps number their entries in the order of insertion."""

from zkos.lang.control import urange
from zkos.lang.ints import U32, U256, Address
from zkos.lang.memory import NOT_FOUND, Map


def run(a: U32, b: U32) -> U32:
    slots = Map(U256, U32)
    for i in urange(b & 63):
        key = U256(a ^ (i & 40)) << 128
        entry = slots.find(key)
        if entry == NOT_FOUND:
            entry = slots.insert(key, i)
        else:
            slots.set_value(entry, slots.value(entry) + i)
    total = slots.length()
    for entry in urange(slots.length()):
        total = total.wrapping_mul(5) ^ slots.value(entry) ^ slots.key(entry).word(4)
    owners = Map(Address, bool)
    owners.insert(Address.truncate(a), True)
    if owners.find(Address.truncate(b)) != NOT_FOUND:
        total = total ^ 1
    owners.clear()
    return total ^ owners.length()
