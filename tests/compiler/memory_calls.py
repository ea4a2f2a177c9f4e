"""Memory, containers and 64-bit division for tests on every engine; guest code."""

from zkos.lang.control import urange
from zkos.lang.intrinsics import oracle_read
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.memory import NOT_FOUND, ByteView, List, Map


def move(data: ByteView, target: U32, source: U32, length: U32) -> None:
    """Copy inside `data`, where both may overlap."""
    data.window(target, length).copy_from(data.window(source, length))


def copy(data: ByteView, other: ByteView, target: U32, source: U32, size: U32) -> None:
    """Copy between two buffers."""
    data.window(target, size).copy_from(other.window(source, size))


def fill(data: ByteView, start: U32, length: U32, value: U8) -> None:
    data.window(start, length).fill(value)


def equal(data: ByteView, left: U32, right: U32, length: U32) -> bool:
    return data.window(left, length).equals(data.window(right, length))


def divide(x: U64, y: U64) -> tuple[U64, U64]:
    return x // y, x % y


def run_list(program: ByteView, out: ByteView) -> U32:
    """Obey operations of 5 bytes on a list; answers go to `out`. Its last length."""
    items = List(U256)
    for at in urange(program.length() // 5):
        number = program.load_u32(at * 5 + 1)
        value = U256(number) << 130
        answer = U256(0)
        match program[at * 5]:
            case 0:
                items.append(value)
            case 1:
                answer = items.pop()
            case 2:
                items[number >> 8] = value
            case 3:
                answer = items[number >> 8]
            case 4:
                items.truncate(number >> 8)
            case _:
                answer = U256(items.length())
        out.store_u256(at * 32, answer)
    return items.length()


def run_map(program: ByteView, out: ByteView) -> U32:
    """Obey operations of 5 bytes on a map; answers go to `out`. Its last length."""
    items = Map(Address, U64)
    for at in urange(program.length() // 5):
        number = program.load_u32(at * 5 + 1)
        key = Address(U256(number & 0xFFFF) << 72)
        value = U64(number >> 16)
        answer = U64(0)
        match program[at * 5]:
            case 0 | 1 | 2:
                if items.find(key) == NOT_FOUND:
                    answer = U64(items.insert(key, value))
            case 3:
                answer = U64(items.insert(key, value))
            case 4 | 5:
                answer = U64(items.find(key))
            case 6:
                answer = items.value(number & 0xFFFF)
            case 7:
                items.set_value(number & 0xFFFF, value)
            case 8:
                answer = U64(items.key(number & 0xFFFF).word(2))
            case 9:
                if value == 7:
                    items.clear()
            case _:
                answer = U64(items.length())
        out.store_u64(at * 8, answer)
    return items.length()


def unaligned(data: ByteView, offset: U32) -> tuple[U256, U256, U64, U64, U32]:
    """Loads at any offset, after a store there."""
    data.store_u256_be(offset + 1, data.load_u256(offset))
    data.store_u64_be(offset + 2, data.load_u64(offset + 5))
    data.store_u32_be(offset, data.load_u32(offset + 7))
    return (
        data.load_u256(offset),
        data.load_u256_be(offset + 1),
        data.load_u64(offset),
        data.load_u64_be(offset + 3),
        data.load_u32_be(offset + 2),
    )


def read_words(count: U32) -> U32:
    """The sum of words of the host, which traps when there are too few."""
    total = U32(0)
    for _ in urange(count):
        total = total.wrapping_add(oracle_read())
    return total
