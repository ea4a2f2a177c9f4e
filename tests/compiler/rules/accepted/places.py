"""A value borrowed from an object is copied if a later operand may change it."""

from zkos.lang.ints import U32, U256, Bytes32
from zkos.lang.memory import Array, List, allocate_bytes


class Store:
    """Changes while it is read."""

    items: Array[U256]
    at: U32

    def __init__(self, x: U32) -> None:
        self.items = Array(U256, 2)
        self.items[0] = (U256(x) << 128) | U256(x)
        self.at = U32(0)

    def bump(self) -> U32:
        self.items[0] = self.items[0].wrapping_mul(5).wrapping_add(3)
        self.at = self.at ^ 1
        return self.at


def take(x: U256, at: U32, y: U256) -> U256:
    return x.wrapping_mul(y).wrapping_add(U256(at))


def run(a: U32, b: U32) -> U32:
    store = Store(a)
    word = store.items[0].word(store.bump() + 3)
    mixed = take(store.items[0], store.bump(), store.items[0])
    store.items[store.bump()] = store.items[0]
    shifted = store.items[0] << (store.bump() + (b & 7))
    out = allocate_bytes(64)
    out.store_u256(store.bump(), store.items[0])
    kept = List(U256)
    kept.append(store.items[0])
    store.bump()
    hashed = Bytes32(store.items[0])
    store.bump()
    total = word ^ mixed.word(4) ^ shifted.word(1) ^ out.load_u32(1)
    total = total ^ kept[0].word(0) ^ store.items[1].word(0)
    return total ^ hashed.word(0)
