"""Control flow, halts, limits and the preemption points of a frame."""

import pytest

from tests.guest.evm.support import (
    CALLER,
    PLENTY,
    SELF,
    Guest,
    Run,
    execute,
    halts,
)
from tests.guest.objects import OBJECTS, Environments, Frame
from tests.guest.system.world import World
from zkos.guest.evm.opcodes import OPCODES
from zkos.guest.protocol.limits import FRAME_MEMORY_BYTES
from zkos.guest.protocol.options import OPTION_QUIRKS_UPSTREAM
from zkos.guest.system.calls import Exit, Scheme
from zkos.guest.system.errors import Fatal, OutOfNative
from zkos.lang.ints import U8, U32, U64, Address
from zkos.lang.memory import view_of

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")
MAX = 2**256 - 1
OPERANDS = {row[0]: row[4] for row in OPCODES}
RESULTS = {row[0]: row[5] for row in OPCODES}
ENDING = {0x00, 0xF3, 0xFD, 0xFE, 0xFF}


def test_stop_and_the_end_of_code_return_nothing() -> None:
    for code in (b"", b"\x00\xfe", b"\x5b", b"\x61\x00"):
        assert execute(code).output == b""


@pytest.mark.parametrize(
    ("opcode", "exit_"), [(0xF3, Exit.RETURNED), (0xFD, Exit.REVERTED)]
)
def test_return_and_revert_give_memory(opcode: int, exit_: Exit) -> None:
    code = bytes.fromhex("5f52") + bytes([opcode, 0xFE])
    run = Run(code, stack=(0xABCD, 30, 4), gas=1000)
    assert (run.exit, run.output) == (exit_, b"\xab\xcd\0\0")
    assert run.gas > 0
    run = Run(bytes([opcode]), stack=(MAX, 0))
    assert (run.exit, run.output) == (exit_, b"")


def test_jumps_go_to_their_destination_only() -> None:
    # PUSH1 dest JUMP INVALID JUMPDEST PUSH1 1
    assert execute(bytes.fromhex("600456fe5b6001")).stack == [1]
    halts(bytes.fromhex("600356fe5b6001"))  # INVALID
    halts(bytes.fromhex("600556fe5b605b"))  # PUSH1
    halts(bytes.fromhex("600656fe5b605b"))  # 5b as its data
    halts(bytes.fromhex("600756fe5b605b"))  # the end of the code
    halts(bytes.fromhex("56"), stack=(2**32 + 34,))
    halts(bytes.fromhex("6401000000085600 5b"))  # 2**32 + 8


def test_jumpi_tests_its_condition_then_the_destination() -> None:
    code = bytes.fromhex("57fe5b")
    assert execute(code, stack=(68, 2**255)).stack == []
    halts(code, stack=(67, 1))
    halts(code, stack=(68, 0))  # falls through to INVALID
    assert execute(b"\x57", stack=(MAX, 0)).stack == []


def test_jump_back_and_loop() -> None:
    # i = 10; do i -= 1 while i; then PC
    code = bytes.fromhex("600a 5b 6001 90 03 80 6002 57 58")
    assert execute(code).stack == [0, 11]


def test_analysis_skips_the_data_of_every_push() -> None:
    for count in range(1, 33):
        body = bytes([0x5F + count]) + b"\x5b" * count + b"\x5b"
        for offset in range(count + 2):
            code = bytes([0x60, 4 + offset - 1, 0x56]) + body
            good = offset == count + 1
            run = Run(code)
            assert run.exit is (Exit.RETURNED if good else Exit.HALTED), (count, offset)


def test_analysis_belongs_to_its_code() -> None:
    """Codes of equal length, one after the other, with other destinations."""
    first, second = bytes.fromhex("600456fe5b00"), bytes.fromhex("600556fe005b")
    for constructor in (False, True):
        for _ in range(2):
            execute(first, constructor=constructor)
            execute(second, constructor=constructor)
            halts(first.replace(b"\x04", b"\x05"), constructor=constructor)
            halts(second.replace(b"\x05", b"\x04"), constructor=constructor)


def test_stored_map_of_destinations_is_trusted() -> None:
    code = bytes.fromhex("600456005b")
    honest = bytes([1 << 4, 0, 0, 0, 0, 0, 0, 0])
    assert execute(code, artifacts=honest).stack == []
    halts(code, artifacts=bytes(8))
    # To the 5b of PUSH1 0x5b, if the map says so; never beyond the code.
    execute(bytes.fromhex("600456605b"), artifacts=honest)
    halts(bytes.fromhex("60045600"), artifacts=b"\xff" * 8)
    # Nor beyond the map.
    halts(bytes.fromhex("600456005b"), artifacts=b"")


def test_unassigned_opcodes_halt() -> None:
    unassigned = set(range(256)) - set(OPERANDS) | {0xFE}
    assert len(unassigned) == 256 - 149 + 1
    for opcode in unassigned:
        run, empty = halts(bytes([opcode])), execute(b"")
        assert run.native == empty.native - 6


@pytest.mark.parametrize("opcode", [row[0] for row in OPCODES if row[4]])
def test_missing_operand_halts(opcode: int) -> None:
    for present in range(OPERANDS[opcode]):
        halts(bytes([opcode]), stack=(0,) * present, gas=10**6)


@pytest.mark.parametrize("opcode", [row[0] for row in OPCODES if row[5] > row[4]])
def test_full_stack_halts(opcode: int) -> None:
    room = RESULTS[opcode] - OPERANDS[opcode]
    assert room == 1
    code = bytes([opcode]) + bytes(max(0, min(32, opcode - 0x5F)))
    fits = execute(b"\x5f" * 1023 + code)
    assert len(fits.stack) == 1024
    halts(b"\x5f" * 1024 + code)


@pytest.mark.parametrize("opcode", [row[0] for row in OPCODES if 0 < row[5] <= row[4]])
def test_full_stack_is_no_matter_without_growth(opcode: int) -> None:
    run = Run(b"\x5f" * 1024 + bytes([opcode]))
    assert run.exit is not Exit.HALTED


@pytest.mark.parametrize(
    "opcode", [0x55, 0x5D, 0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xF0, 0xF5, 0xFF]
)
def test_state_changes_halt_in_static_frames(opcode: int) -> None:
    guest = Guest()
    stack = (0,) * OPERANDS[opcode]
    halts(bytes([opcode]), stack=stack, static=True, guest=guest)
    assert (guest.slots(), guest.events()) == ({}, [])
    assert guest.world.queries == []
    assert Run(bytes([opcode]), stack=stack).exit is not Exit.HALTED


def test_only_call_with_ether_halts_in_static_frames() -> None:
    halts(b"\xf1", stack=(0, 7, 1, 0, 0, 0, 0), static=True)
    for opcode, stack in ((0xF1, (0, 7, 0)), (0xF2, (0, 7, 1)), (0xF4, (0, 7))):
        run = Run(bytes([opcode]), stack=(*stack, 0, 0, 0, 0), static=True)
        assert run.exit is Exit.CALL


def test_sstore_needs_more_gas_than_the_stipend() -> None:
    pushed = 2 * 3
    run = halts(b"\x55", stack=(1, 2), gas=2300 + pushed)
    assert run.guest.slots() == {}
    # One more is enough for the rule; the price of the system then is not.
    run = halts(b"\x55", stack=(1, 2), gas=2301 + pushed)
    assert run.guest.slots() == {1: 0}
    halts(b"\x55", stack=(1, 2), gas=22100 + pushed - 1)
    run = execute(b"\x55", stack=(1, 2), gas=22100 + pushed)
    assert run.guest.slots() == {1: 2}


@pytest.mark.parametrize(
    ("opcode", "stack"),
    [
        (0x51, (2**32 - 32,)),
        (0x51, (2**32,)),
        (0x52, (2**64, 0)),
        (0x53, (2**32 - 32, 0)),
        (0x20, (2**32 - 1, 1)),
        (0x20, (0, 2**32)),
        (0x37, (0, 0, 2**32)),
        (0x37, (2**32, 0, 1)),
        (0x39, (2**32 - 32, 0, 1)),
        (0x3C, (0, 2**32, 0, 1)),
        (0x5E, (0, 2**32, 1)),
        (0x5E, (2**32, 0, 1)),
        (0xA0, (2**32, 1)),
        (0xF0, (0, 2**32, 1)),
        (0xF1, (0, 0, 0, 2**32, 1, 0, 0)),
        (0xF1, (0, 0, 0, 0, 0, 2**32, 1)),
        (0xF3, (0, 2**32)),
        (0xFD, (2**32, 1)),
    ],
)
def test_memory_beyond_32_bits_halts(opcode: int, stack: tuple[int, ...]) -> None:
    halts(bytes([opcode]), stack=stack, gas=2**55)


@pytest.mark.parametrize(
    ("opcode", "stack"),
    [
        (0x37, (MAX, MAX, 0)),
        (0x39, (MAX, MAX, 0)),
        (0x3C, (0, MAX, MAX, 0)),
        (0x3E, (MAX, 0, 0)),
        (0x5E, (MAX, MAX, 0)),
        (0xA0, (MAX, 0)),
    ],
)
def test_offsets_of_nothing_do_not_matter(opcode: int, stack: tuple[int, ...]) -> None:
    assert execute(bytes([opcode]), stack=stack).memory == b""


def test_call_looks_at_both_ranges_before_it_grows_memory() -> None:
    code = b"\xf1"
    good = Run(code, stack=(0, 7, 0, 0, 32, 0, 0))
    bad = halts(code, stack=(0, 7, 0, 0, 32, 2**32, 1))
    assert good.exit is Exit.CALL
    assert bad.native - good.native == 35 + 32


def test_initcode_is_limited() -> None:
    for opcode in (0xF0, 0xF5):
        assert Run(bytes([opcode]), stack=(0, 0, 49152, 0)).exit is Exit.CREATE
        halts(bytes([opcode]), stack=(0, 0, 49153, 0))


def test_gas_runs_out_exactly() -> None:
    code = bytes.fromhex("60015f52")  # 3 + 2 + 3 + 3
    assert execute(code, gas=11).gas == 0
    assert halts(code, gas=10).native > 0


def test_native_runs_out_exactly_and_unwinds() -> None:
    code = bytes.fromhex("60015f52")
    needed = PLENTY - execute(code).native
    assert needed == 4 * 6 + (20 + 60) + (20 + 50) + (20 + 250 + 35 + 32) + 20
    assert execute(code, native=needed).native == 0
    for native in range(needed):
        with pytest.raises(OutOfNative):
            Run(code, native=native)


def test_what_cannot_pay_its_gas_halts_whatever_native_there_is() -> None:
    for native in (0, 159, 160):
        assert halts(b"\x01", gas=0, native=6 + native).native == native


def test_native_has_priority_over_gas_upstream() -> None:
    guest = Guest(world=World(int(OPTION_QUIRKS_UPSTREAM)))
    with pytest.raises(OutOfNative):
        Run(b"\x01", gas=0, native=6 + 20 + 139, guest=guest)
    assert halts(b"\x01", gas=0, native=6 + 20 + 140, guest=guest).native == 0


def test_heap_of_all_frames_stays_below_its_size() -> None:
    last = int(FRAME_MEMORY_BYTES) - 64
    gas = 2**40
    run = execute(b"\x53", stack=(last + 31, 1), gas=gas)
    assert run.memory_length == last + 32
    halts(b"\x53", stack=(last + 32, 1), gas=gas)


def request(code: bytes, *stack: int) -> Run:
    return Run(code, stack=stack)


def test_call_fills_its_request() -> None:
    code = bytes.fromhex("5f52 f1")
    run = request(code, 0xABCD, 2**64 + 5, 2**160 + 7, 9, 30, 2, 64, 32)
    asked = run.common.request
    assert run.exit is Exit.CALL
    assert (asked.scheme, asked.callee, asked.value) == (Scheme.CALL, 7, 9)
    assert asked.gas == 2**64 - 1
    assert bytes(asked.input) == b"\xab\xcd"
    assert len(run.memory) == 96
    assert request(code, 0, 2**64 - 2, 7, 9, 0, 0, 0, 0).common.request.gas == 2**64 - 2


@pytest.mark.parametrize(
    ("opcode", "stack", "scheme", "value"),
    [
        (0xF2, (1, 7, 9), Scheme.CALLCODE, 9),
        (0xF4, (1, 7), Scheme.DELEGATE, 0x7A1),
        (0xFA, (1, 7), Scheme.STATIC, 0),
    ],
)
def test_other_calls_fill_their_request(
    opcode: int, stack: tuple[int, ...], scheme: Scheme, value: int
) -> None:
    run = request(bytes([opcode]), *stack, 0, 0, 0, 0)
    asked = run.common.request
    assert run.exit is Exit.CALL
    assert (asked.scheme, asked.callee, asked.value) == (scheme, 7, value)
    assert (asked.gas, bytes(asked.input)) == (1, b"")


@pytest.mark.parametrize("length", [0, 1, 3, 40])
def test_reply_is_copied_as_far_as_asked(length: int) -> None:
    # Ask for 3 bytes at 1, then RETURNDATASIZE.
    run = request(b"\xf1\x3d", 1, 7, 0, 0, 0, 1, 3)
    data = bytes(range(1, length + 1))
    run.reply(success=True, data=data)
    assert run.exit is Exit.RETURNED
    assert run.stack == [1, length]
    assert run.memory == (b"\0" + data[:3]).ljust(32, b"\0")


def test_failed_call_pushes_0_and_may_be_followed_by_another() -> None:
    run = request(bytes.fromhex("f1 5f5f5f5f5f5ffa 3d"), 1, 7, 0, 0, 0, 0, 0)
    run.reply(success=False, data=b"why")
    assert (run.exit, run.stack) == (Exit.CALL, [0])
    assert run.common.request.scheme is Scheme.STATIC
    run.reply(success=True, data=b"")
    assert (run.exit, run.stack) == (Exit.RETURNED, [0, 1, 0])


@pytest.mark.parametrize(
    ("source", "length", "good"),
    [
        (0, 4, True),
        (1, 3, True),
        (4, 0, True),
        (5, 0, False),
        (1, 4, False),
        (2**32, 0, False),
        (2**32 - 1, 2**32 - 1, False),
        (0, 2**32, False),
    ],
)
def test_returndatacopy_stays_within_bounds(
    source: int, length: int, *, good: bool
) -> None:
    run = request(b"\xf1\x3e", 1, 7, 0, 0, 0, 0, 0, source, length)
    run.reply(success=False, data=b"data")
    # The result of the call, 0, is where the copy goes.
    assert run.exit is (Exit.RETURNED if good else Exit.HALTED)
    if good:
        copied = b"data"[source : source + length]
        assert run.memory.rstrip(b"\0") == copied


def test_create_fills_its_request_and_takes_its_reply() -> None:
    code = bytes.fromhex("5f52 f0 3d")
    for success in (True, False):
        run = request(code, 0xABCD, 9, 30, 2)
        asked = run.common.request
        assert run.exit is Exit.CREATE
        assert (asked.value, asked.has_salt, asked.salt) == (9, False, 0)
        assert bytes(asked.input) == b"\xab\xcd"
        run.reply(success=success, data=b"abc", address=0xADD)
        assert run.exit is Exit.RETURNED
        assert run.stack == ([0xADD, 0] if success else [0, 3])


def test_create2_has_a_salt() -> None:
    run = request(b"\xf5", 9, 0, 0, MAX)
    asked = run.common.request
    assert (asked.value, asked.has_salt, asked.salt) == (9, True, MAX)


def test_memory_of_a_child_starts_behind_its_parent_and_is_clean() -> None:
    # MSTORE ff..ff at 32, then CALL with 4 bytes of output at 0.
    parent = Run(bytes.fromhex("6020 52 f1 5f51"), stack=(MAX, 1, 7, 0, 32, 32, 0, 4))
    evm = parent.evm
    for _ in range(2):
        child = Frame(U32(1))
        child.environment = U8(1)
        child.resources.ergs = child.resources.native = U64(PLENTY * 256)
        child.address = child.code_address = Address(SELF + 1)
        child.caller = Address(CALLER)
        # MLOAD 0 must be 0, else a jump to nowhere; MSTORE ff..ff at 0, return it.
        child.code = view_of(bytes.fromhex("5f51 60ff 57 5f195f5260205ff3"))
        child.constructor = True
        child.input = parent.common.request.input
        assert evm.begin(child) is Exit.RETURNED
        assert bytes(child.output) == b"\xff" * 32
        assert bytes(parent.common.request.input) == b"\xff" * 32
        evm.leave(child)
    parent.reply(success=True, data=b"\x01\x02\x03\x04")
    assert parent.exit is Exit.RETURNED
    assert parent.memory == b"\x01\x02\x03\x04".ljust(32, b"\0") + b"\xff" * 32
    assert parent.stack[-1] == 0x01020304 << 224


def test_environments_know_the_evm_only() -> None:
    parent = Run(b"")
    environments = Environments(parent.guest.system)
    assert environments.begin(parent.common) is Exit.RETURNED
    environments.leave(parent.common)
    parent.common.environment = U8(2)
    with pytest.raises(Fatal):
        environments.begin(parent.common)
    with pytest.raises(Fatal):
        environments.resume(parent.common)
