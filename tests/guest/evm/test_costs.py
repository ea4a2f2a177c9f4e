"""Gas and native of every opcode against a table typed from the EVM spec, section 2."""

import pytest

from tests.guest.evm.support import SELF, cost, execute, kept_guest
from tests.guest.objects import OBJECTS
from zkos.guest.evm.opcodes import OPCODES
from zkos.guest.protocol.environment import EVM_ENVIRONMENT as EVM
from zkos.lang.ints import U256, Address
from zkos.lang.memory import List, view_of

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")
HERE = Address(SELF)
ONE = U256(1)


def topics(*numbers):
    made = List(U256)
    for value in numbers:
        made.append(U256(value))
    return made


# What the system is asked for; what it takes is tested elsewhere.
SYSTEM = {
    "account": lambda io, it: io.read_account(EVM, it, Address(1)),
    "code": lambda io, it: io.read_account_with_code(EVM, it, Address(7)),
    "slot": lambda io, it: io.read_slot(EVM, it, HERE, ONE),
    "write": lambda io, it: io.write_slot(EVM, it, HERE, ONE, ONE),
    "transient": lambda io, it: io.read_transient(it, HERE, ONE),
    "hash": lambda io, it: io.keccak(it, view_of(bytes(33))),
    "event": lambda io, it: io.emit_event(EVM, it, HERE, topics(), view_of(bytes(32))),
    "topics": lambda io, it: io.emit_event(
        EVM, it, HERE, topics(1, 2, 3, 4), view_of(b"")
    ),
    "destruct": lambda io, it: io.self_destruct(it, HERE, Address(7), False),
}

# opcode: (gas, native) for operands that are all 1, without step
FIXED = {
    0x00: (0, 0),
    0x01: (3, 140),
    0x02: (5, 400),
    0x03: (3, 140),
    0x04: (5, 1500),
    0x05: (5, 1000),
    0x06: (5, 1300),
    0x07: (5, 800),
    0x08: (8, 2000),
    0x09: (8, 4000),
    0x0A: (60, 5700),
    0x0B: (5, 400),
    0x10: (3, 190),
    0x11: (3, 190),
    0x12: (3, 430),
    0x13: (3, 430),
    0x14: (3, 500),
    0x15: (3, 300),
    0x16: (3, 100),
    0x17: (3, 90),
    0x18: (3, 90),
    0x19: (3, 60),
    0x1A: (3, 160),
    0x1B: (3, 240),
    0x1C: (3, 240),
    0x1D: (3, 400),
    0x30: (2, 60),
    0x32: (2, 60),
    0x33: (2, 60),
    0x34: (2, 60),
    0x35: (3, 280),
    0x36: (2, 40),
    0x38: (2, 40),
    0x3A: (2, 60),
    0x3D: (2, 60),
    0x40: (20, 60),
    0x41: (2, 60),
    0x42: (2, 60),
    0x43: (2, 60),
    0x44: (2, 40),
    0x45: (2, 60),
    0x46: (2, 60),
    0x47: (5, 60),
    0x48: (2, 60),
    0x49: (3, 40),
    0x4A: (2, 40),
    0x50: (2, 40),
    0x58: (2, 40),
    0x59: (2, 40),
    0x5A: (2, 60),
    0x5B: (1, 40),
    0x5F: (2, 50),
    **{0x80 + n: (3, 60) for n in range(16)},
    **{0x90 + n: (3, 90) for n in range(16)},
}
PUSH_NATIVE = (
    "60 120 140 140 150 160 170 180 190 200 210 210 220 230 240 240 "
    "240 240 240 240 250 260 260 260 260 270 280 280 290 290 300 300"
)
WITH_SYSTEM = {
    0x31: (60, "account"),
    0x3B: (60, "account"),
    0x3F: (60, "account"),
    0x54: (100, "slot"),
    0x55: (100, "write"),
    0x5C: (100, "transient"),
    0x5D: (100, "transient"),
}
# opcode, stack (top first), gas, native; memory is empty before
DYNAMIC = [
    (0x0A, (2, 0), 10, 700),
    (0x0A, (2, 0xFF), 60, 5700),
    (0x0A, (2, 0x100), 110, 10700),
    (0x0A, (2, 2**255), 1610, 160700),
    (0x20, (0, 0), 30, 90),
    (0x20, (0, 33), 6, 90 + 35 + 64, "hash"),
    (0x37, (0, 0, 0), 3, 180),
    (0x37, (0, 0, 33), 3 + 6 + 6, 100 + 113 + 35 + 64),
    (0x39, (32, 0, 1), 3 + 3 + 6, 100 + 81 + 35 + 64),
    (0x3E, (32, 0, 0), 3, 180),
    (0x3C, (7, 0, 0, 33), 6 + 6, 100 + 113 + 35 + 64, "code"),
    (0x3C, (7, 0, 0, 0), 0, 180, "code"),
    (0x51, (0,), 6, 250 + 35 + 32),
    (0x51, (1,), 9, 250 + 35 + 64),
    (0x52, (0, 1), 6, 250 + 35 + 32),
    (0x53, (31, 1), 6, 250 + 35 + 32),
    (0x53, (32 * 1024 - 1, 1), 3 + 3 * 1024 + 2048, 250 + 35 + 32 * 1024),
    (0x53, (2**22 - 1, 1), 3 + 3 * 2**17 + 2**25, 250 + 35 + 2**22),
    (0x5E, (0, 0, 0), 3, 80),
    (0x5E, (0, 64, 32), 3 + 3 + 9, 112 + 35 + 96),
    (0x5E, (64, 0, 32), 3 + 3 + 9, 112 + 35 + 96),
    (0xA0, (0, 32), 3, 50 + 35 + 32, "event"),
    (0xA4, (0, 0, 1, 2, 3, 4), 0, 50, "topics"),
]
ENDING = [
    (0xF0, (0, 0, 0), 32000, 25000),
    (0xF0, (0, 0, 33), 32000 + 6 + 4, 25000 + 35 + 64),
    (0xF0, (0, 0, 49152), 32000 + 3 * 1536 + 4608 + 3072, 25000 + 35 + 49152),
    (0xF1, (9, 7, 1, 0, 0, 0, 0), 0, 1500),
    (0xF1, (9, 7, 1, 0, 32, 0, 64), 6, 1500 + 2 * 35 + 64),
    (0xF1, (9, 7, 1, 0, 64, 0, 32), 6, 1500 + 35 + 64),
    (0xF2, (9, 7, 1, 0, 0, 0, 32), 3, 1500 + 35 + 32),
    (0xF3, (0, 0), 0, 40),
    (0xF3, (0, 1), 3, 40 + 35 + 32),
    (0xF4, (9, 7, 0, 32, 0, 0), 3, 1500 + 35 + 32),
    (0xF5, (0, 0, 33, 0), 32000 + 6 + 16, 25000 + 35 + 64),
    (0xFA, (9, 7, 0, 0, 0, 0), 0, 1500),
    (0xFD, (0, 1), 3, 50 + 35 + 32),
    (0xFF, (7,), 5000, 100, "destruct"),
]


def with_system(gas: int, native: int, *asked: str) -> tuple[float, int]:
    charges = [kept_guest().charge(SYSTEM[what]) for what in asked]
    return (
        gas + sum(more for more, _ in charges),
        native + sum(more for _, more in charges),
    )


def operands(opcode: int) -> tuple[int, ...]:
    return (1,) * next(row[4] for row in OPCODES if row[0] == opcode)


@pytest.mark.parametrize("opcode", FIXED)
def test_opcode_with_a_fixed_price(opcode: int) -> None:
    measured = cost(bytes([opcode]), operands(opcode), ends=opcode == 0)
    assert measured == FIXED[opcode]


@pytest.mark.parametrize("count", range(1, 33))
def test_push_price(count: int) -> None:
    native = int(PUSH_NATIVE.split()[count - 1])
    assert cost(bytes([0x5F + count]) + bytes(count)) == (3, native)
    # A missing byte is read as 0 and only saves its analysis.
    assert cost(bytes([0x5F + count])) == (3, native)


@pytest.mark.parametrize("opcode", WITH_SYSTEM)
def test_opcode_with_a_price_of_the_system(opcode: int) -> None:
    native, asked = WITH_SYSTEM[opcode]
    measured = cost(bytes([opcode]), operands(opcode))
    assert measured == with_system(0, native, asked)


@pytest.mark.parametrize("row", DYNAMIC, ids=lambda row: f"{row[0]:02x} {row[1]}")
def test_opcode_with_a_price_by_operands(row: tuple) -> None:
    opcode, stack, gas, native, *asked = row
    assert cost(bytes([opcode]), stack) == with_system(gas, native, *asked)


@pytest.mark.parametrize("row", ENDING, ids=lambda row: f"{row[0]:02x} {row[1]}")
def test_opcode_that_stops_the_frame(row: tuple) -> None:
    opcode, stack, gas, native, *asked = row
    measured = cost(bytes([opcode]), stack, ends=True)
    assert measured == with_system(gas, native, *asked)


@pytest.mark.parametrize(("opcode", "gas", "native"), [(0x56, 8, 70), (0x57, 10, 300)])
def test_jump_price(opcode: int, gas: int, native: int) -> None:
    stack = (67, 1)[: opcode - 0x55]
    code = bytes([opcode, 0x5B])
    target = 33 * len(stack) + 1
    measured = cost(code, (target, *stack[1:]))
    assert measured == (gas + 1, native + 20 + 40)


def test_jumpi_not_taken_costs_the_same() -> None:
    assert cost(b"\x57", (999, 0)) == (10, 300)


def test_every_opcode_is_priced() -> None:
    priced = {*FIXED, *WITH_SYSTEM, *range(0x60, 0x80), 0x56, 0x57}
    priced |= {row[0] for row in (*DYNAMIC, *ENDING)}
    rest = {row[0] for row in OPCODES} - priced
    assert rest == {0xFE, 0xA1, 0xA2, 0xA3}


def test_code_without_artifacts_is_analysed_at_6_native_a_byte() -> None:
    short = execute(b"\x00")
    long = execute(b"\x00" + bytes(99))
    assert short.native - long.native == 99 * 6


def test_stored_artifacts_are_free() -> None:
    short = execute(b"\x00", artifacts=bytes(8))
    long = execute(b"\x00" + bytes(99), artifacts=bytes(16))
    assert short.native == long.native == execute(b"\x00").native + 6


def test_prices_add_up_over_what_a_frame_sets_aside() -> None:
    # CALLDATACOPY of 2**20 bytes: 300 times it takes several times 2**31 ergs.
    copy = bytes.fromhex("62100000 5f 5f 37")
    once, often = execute(copy), execute(copy * 301)
    gas = 3 + 2 + 2 + 3 + 3 * 2**15
    native = 4 * 20 + 140 + 50 + 50 + 100 + 80 + 2**20 + 6 * len(copy)
    assert 300 * gas * 256 > 3 * 2**31
    assert once.gas - often.gas == 300 * gas
    assert once.native - often.native == 300 * native


def test_memory_growth_pays_the_difference_only() -> None:
    # MSTORE8 at 31, at 0 and at 32: growth by a word, none, growth by a word.
    code = bytes.fromhex("5f601f53 5f5f53 5f602053")
    run, empty = execute(code), execute(b"")
    pushes = 2 * (2 + 3) + 2 * 2
    assert empty.gas - run.gas == pushes + 3 * 3 + 3 + 3
    assert run.memory_length == 64
