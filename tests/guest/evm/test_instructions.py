"""What opcodes do to stack and memory, beyond the published vectors."""

import pytest

from tests.guest.evm.support import (
    CALLER,
    FIRST_HASH,
    OTHER,
    OWN,
    SELF,
    Guest,
    execute,
)
from tests.guest.objects import OBJECTS
from tests.guest.system.world import PREIMAGE
from zkos.guest.crypto.keccak import Keccak256
from zkos.lang.ints import Address
from zkos.lang.memory import view_of

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")
MAX = 2**256 - 1
MIN_SIGNED = 2**255
WORDS = (0, 1, 2, 7, 2**32 - 1, 2**64, 2**128 + 3, MIN_SIGNED, MAX - 1, MAX)


def result(opcode: int, *operands: int, **options: object) -> int:
    run = execute(bytes([opcode]), stack=operands, **options)
    assert len(run.stack) == 1
    return run.stack[0]


@pytest.mark.parametrize("x", WORDS)
@pytest.mark.parametrize("m", WORDS)
def test_modular_operations_agree_with_integers(x: int, m: int) -> None:
    for y in (0, 3, MAX):
        assert result(0x08, x, y, m) == ((x + y) % m if m else 0)
        assert result(0x09, x, y, m) == (x * y % m if m else 0)


@pytest.mark.parametrize("x", WORDS)
def test_exp_agrees_with_integers(x: int) -> None:
    for exponent in (0, 1, 2, 255, 256, MAX):
        assert result(0x0A, x, exponent) == pow(x, exponent, 2**256)


def test_smallest_number_divided_by_minus_one_wraps() -> None:
    assert result(0x05, MIN_SIGNED, MAX) == MIN_SIGNED
    assert result(0x07, MIN_SIGNED, MAX) == 0


@pytest.mark.parametrize("x", WORDS)
def test_iszero_and_not(x: int) -> None:
    assert result(0x15, x) == (x == 0)
    assert result(0x19, x) == MAX - x


@pytest.mark.parametrize("index", [*range(32), 32, 2**32, 2**64, MAX])
def test_byte_and_signextend_for_every_index(index: int) -> None:
    value = int.from_bytes(bytes(range(0x70, 0x90)), "big")
    expected = value.to_bytes(32, "big")[index] if index < 32 else 0
    assert result(0x1A, index, value) == expected

    if index < 31:
        low = value % 256 ** (index + 1)
        negative = low >> (8 * index + 7)
        value_extended = low - 256 ** (index + 1) if negative else low
        assert result(0x0B, index, value) == value_extended % 2**256
    else:
        assert result(0x0B, index, value) == value


@pytest.mark.parametrize(
    "count",
    [
        0,
        1,
        31,
        32,
        255,
        256,
        2**32 - 1,
        2**32,
        2**63 + 5,
        2**64,
        2**64 + 5,
        2**255,
        MAX,
    ],
)
def test_shifts_are_exact_for_every_count(count: int) -> None:
    value = 2**255 + 0x1234567
    left = value << count & MAX if count < 256 else 0
    right = value >> count if count < 256 else 0
    signed = (value - 2**256) >> min(count, 256) & MAX
    assert result(0x1B, count, value) == left
    assert result(0x1C, count, value) == right
    assert result(0x1D, count, value) == signed


def test_keccak_of_nothing_ignores_its_offset() -> None:
    empty = int(Keccak256().hash(view_of(b"")))
    for offset in (0, 2**32, MAX):
        assert result(0x20, offset, 0) == empty


def test_keccak_hashes_memory() -> None:
    # MSTORE at 0, KECCAK256 of 32 bytes from 1 (the last of them new and 0).
    run = execute(bytes.fromhex("5f52 60206001 20"), stack=(0x0102030405,))
    data = (0x0102030405).to_bytes(32, "big")[1:] + b"\0"
    assert run.stack == [int(Keccak256().hash(view_of(data)))]


@pytest.mark.parametrize(
    ("opcode", "expected"),
    [
        (0x30, SELF),
        (0x32, 0x0416),
        (0x33, CALLER),
        (0x34, 0x7A1),
        (0x36, 5),
        (0x38, 1),
        (0x3A, 0x9A5),
        (0x3D, 0),
        (0x41, 0xC01),
        (0x42, 0x713E),
        (0x43, 1000),
        (0x44, 1),
        (0x45, 0x11317),
        (0x46, 0xC4A1),
        (0x47, OWN),
        (0x48, 0xFEE),
        (0x4A, 1),
        (0x58, 0),
        (0x59, 0),
        (0x5F, 0),
    ],
)
def test_context_opcodes(opcode: int, expected: int) -> None:
    run = execute(bytes([opcode]), calldata=b"hello")
    assert run.stack == [expected]


def test_gas_is_what_is_left_after_it() -> None:
    assert execute(b"\x5b\x5a", gas=1000).stack == [997]


def test_blockhash_asks_only_for_numbers_of_64_bits() -> None:
    assert result(0x40, 744) == FIRST_HASH
    assert result(0x40, 999) == FIRST_HASH + 255
    assert result(0x40, 2**64 + 999) == 0
    assert result(0x49, 7) == 0


@pytest.mark.parametrize("count", range(1, 33))
def test_push_reads_code_and_zeros_beyond_it(count: int) -> None:
    data = bytes(range(0xC1, 0xC1 + count))
    for available in range(count + 1):
        run = execute(bytes([0x5F + count]) + data[:available])
        padded = data[:available] + bytes(count - available)
        assert run.stack == [int.from_bytes(padded, "big")]
    run = execute(bytes([0x5F + count]) + data + bytes(40))
    assert run.stack == [int.from_bytes(data, "big")]


@pytest.mark.parametrize("depth", range(1, 17))
def test_dup_and_swap_reach_their_depth(depth: int) -> None:
    stack = tuple(range(100, 120))
    bottom_up = [*reversed(stack)]
    assert execute(bytes([0x7F + depth]), stack=stack).stack == [
        *bottom_up,
        stack[depth - 1],
    ]
    swapped = [*stack]
    swapped[0], swapped[depth] = swapped[depth], swapped[0]
    assert execute(bytes([0x8F + depth]), stack=stack).stack == swapped[::-1]


def test_memory_words_and_bytes_anywhere() -> None:
    word = int.from_bytes(bytes(range(1, 33)), "big")
    run = execute(b"\x52", stack=(5, word))
    assert run.memory == bytes(5) + bytes(range(1, 33)) + bytes(27)
    run = execute(bytes.fromhex("6005 52 6004 51 59"), stack=(word,))
    assert run.stack == [word >> 8, 64]
    run = execute(b"\x53", stack=(40, 0x1FF))
    assert run.memory == bytes(40) + b"\xff" + bytes(23)


@pytest.mark.parametrize(("to", "start"), [(0, 1), (1, 0), (64, 0), (0, 64), (7, 7)])
def test_mcopy_handles_overlap(to: int, start: int) -> None:
    memory = bytes(range(1, 33)) + bytes(64)
    expected = bytearray(memory)
    expected[to : to + 20] = memory[start : start + 20]
    word = int.from_bytes(memory[:32], "big")
    code = bytes.fromhex("5f52 5e")
    run = execute(code, stack=(word, to, start, 20))
    grown = 32 * -(-max(32, to + 20, start + 20) // 32)
    assert run.memory == bytes(expected[:grown])


@pytest.mark.parametrize("start", [0, 3, 8, 9, 2**32, MAX])
@pytest.mark.parametrize("length", [0, 1, 5, 40])
def test_copies_pad_with_zeros(start: int, length: int) -> None:
    data = b"\x39ABCDEFGH"
    guest = Guest({OTHER: data})

    def padded(source: bytes) -> bytes:
        part = source[start : start + length] if start < len(source) else b""
        memory = (b"\xaa" + part.ljust(length, b"\0")) if length else b""
        return memory.ljust(32 * -(-len(memory) // 32), b"\0")

    first = b"\x60\xaa\x5f\x53" if length else b""  # memory[0] = 0xaa
    stack = (1, start, length)
    run = execute(first + b"\x37", stack=stack, calldata=data, guest=guest)
    assert run.memory == padded(data)
    run = execute(first + b"\x3c", stack=(OTHER, *stack), guest=guest)
    assert run.memory == padded(data)
    assert guest.world.queries.count(PREIMAGE) == 2  # account and code
    run = execute(first + b"\x39", stack=stack, guest=guest)
    assert run.memory == padded(bytes(run.common.code))


def test_copies_overwrite_what_was_there() -> None:
    # Fill two words with ff, then copy 40 bytes of three bytes of calldata over them.
    code = bytes.fromhex("5f19 5f52 5f19 6020 52 6028 5f 6002 37")
    run = execute(code, calldata=b"xyz")
    assert run.memory == b"\xff\xffxyz" + bytes(37) + b"\xff" * 22


@pytest.mark.parametrize("size", [0, 1, 4, 31, 32, 33, 64])
@pytest.mark.parametrize("offset", [0, 1, 31, 32, 40, 2**32 - 1, 2**32, MAX])
def test_calldataload_pads_with_zeros(size: int, offset: int) -> None:
    data = bytes(range(1, size + 1))
    part = data[offset : offset + 32].ljust(32, b"\0")
    expected = int.from_bytes(part, "big")
    run = execute(b"\x35", stack=(offset,), calldata=data)
    assert run.stack == [expected]


def test_account_opcodes_look_at_the_low_160_bits() -> None:
    guest = Guest({OTHER: b"abc"})
    dirty = OTHER + (0xFF << 160)
    assert result(0x31, dirty, guest=guest) == 0xBA1
    assert result(0x3B, dirty, guest=guest) == 3
    assert result(0x3F, dirty, guest=guest) == 0x4A54
    assert guest.world.queries.count(PREIMAGE) == 1  # none of them needs the code


def test_storage_opcodes_go_to_the_system() -> None:
    guest = Guest()
    execute(b"\x55", stack=(7, 99), guest=guest)
    execute(b"\x5d", stack=(8, 98), guest=guest)
    assert (guest.slots(), guest.transient(8)) == ({7: 99}, 98)
    assert result(0x54, 7, guest=guest) == 99
    assert result(0x5C, 8, guest=guest) == 98


@pytest.mark.parametrize("count", range(5))
def test_log_passes_topics_in_order_and_data(count: int) -> None:
    topics = list(range(11, 11 + count))
    guest = Guest()
    code = bytes.fromhex("5f52") + bytes([0xA0 + count])
    execute(code, stack=(0xABCD, 29, 3, *topics), guest=guest)
    execute(code, stack=(0xABCD, 0, 0, *topics), guest=guest)
    assert guest.events() == [(topics, b"\0\xab\xcd"), (topics, b"")]


@pytest.mark.parametrize("constructor", [False, True])
def test_selfdestruct_ends_the_frame(*, constructor: bool) -> None:
    run = execute(b"\xff\xfe", stack=(OTHER,), constructor=constructor)
    io = run.guest.io
    assert io.account(Address(OTHER)).balance == OWN
    io.finish_transaction()
    # Only what is under construction is gone.
    assert (io.account(Address(SELF)).nonce == 0) == constructor
    assert run.output == b""
