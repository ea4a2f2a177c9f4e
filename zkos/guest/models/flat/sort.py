"""The order of the storage cache at the end of a block (state spec 10)."""

from zkos.guest.state.address_slots import AddressSlots
from zkos.guest.state.slot import Slot
from zkos.lang.control import inline, urange
from zkos.lang.ints import U32, U256, Address
from zkos.lang.memory import Array, List, Map


def sorted_slots(addresses: Map[Address, AddressSlots]) -> List[Slot]:
    """All cached slots by address limb 0, 1, 2, then by key."""
    count = addresses.length()
    longest = U32(0)
    ranks = Array(U256, count)
    for entry in urange(count):
        ranks[entry] = address_rank(addresses.key(entry))
        length = addresses.value(entry).slots.length()
        longest = length if length > longest else longest
    order = Array(U32, count)
    sort(ranks, order, Array(U32, count), count)

    keys = Array(U256, longest)
    positions = Array(U32, longest)
    spare = Array(U32, longest)
    sorted_all = List(Slot)
    for entry in urange(count):
        slots = addresses.value(order[entry]).slots
        length = slots.length()
        for position in urange(length):
            keys[position] = slots.key(position)
        sort(keys, positions, spare, length)
        for position in urange(length):
            sorted_all.append(slots.value(positions[position]))
    return sorted_all


def address_rank(address: Address) -> U256:
    """A number that orders addresses by their 64-bit limbs, the lowest limb first."""
    number = U256(address)
    limb_0 = (number << 192) >> 64
    limb_1 = ((number >> 64) << 192) >> 128
    return limb_0 | limb_1 | (number >> 128)


def sort(keys: Array[U256], order: Array[U32], spare: Array[U32], count: U32) -> None:
    """Fill `order` with the positions of the first `count` keys, lowest key first.

    A stable merge sort from the bottom up; `spare` is work space as long as `order`.
    """
    for position in urange(count):
        order[position] = position
    width = U32(1)
    while width < count:
        start = U32(0)
        while start < count:
            middle = least(start + width, count)
            stop = least(middle + width, count)
            merge(keys, order, spare, start, middle, stop)
            start = stop
        width = width + width


@inline
def least(x: U32, y: U32) -> U32:
    return x if x < y else y


def merge(
    keys: Array[U256],
    order: Array[U32],
    spare: Array[U32],
    start: U32,
    middle: U32,
    stop: U32,
) -> None:
    """Merge the ordered runs `start..middle` and `middle..stop` of `order`."""
    if middle == stop or not keys[order[middle]] < keys[order[middle - 1]]:
        return
    for position in urange(start, middle):
        spare[position] = order[position]

    left = start
    right = middle
    target = start
    while left < middle and right < stop:
        if keys[order[right]] < keys[spare[left]]:
            order[target] = order[right]
            right = right + 1
        else:
            order[target] = spare[left]
            left = left + 1
        target = target + 1
    while left < middle:
        order[target] = spare[left]
        left = left + 1
        target = target + 1
