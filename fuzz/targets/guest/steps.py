"""What opcodes came to, as counters; guest code that stands in for the EVM's tracing.

A cell says of an opcode what it took of its frame's gas, by its length in bits, which
tells warm from cold; or how the call or creation ended; or how the frame did.
"""

from typing import Final

from zkos.guest.evm.frame import EvmFrame
from zkos.guest.system.calls import Exit, Frame
from zkos.lang.intrinsics import mark, note, noted
from zkos.lang.ints import U8, U32, U64

TRACE: Final = True
"""The interpreter calls what is below."""
CELLS: Final = U32(16)
"""Of an opcode."""
MOST: Final = U32(8)
"""The first cells, up to this one, are of costs: two lengths each."""
FAILED: Final = U32(9)
SUCCEEDED: Final = U32(10)
RETURNED: Final = U32(11)
REVERTED: Final = U32(12)
HALTED: Final = U32(13)
FIRST_CALL: Final = U64(0xF0)


def trace_step(frame: EvmFrame, pc: U32, opcode: U8) -> None:
    """Count the opcode before, and remember this one."""
    gas = frame.gas()
    place = frame.common.depth * 2
    before = noted(place)
    # At the start of the code there is none: what is noted is another frame's.
    if before != 0 and pc != 0:
        count_cost(before, noted(place + 1), gas)
        if before > FIRST_CALL and frame.size != 0:
            top = frame.stack[frame.size - 1]
            count(before, FAILED if top == 0 else SUCCEEDED)
    note(place, U64(opcode) + 1)
    note(place + 1, gas)


def trace_call(caller: Frame) -> None:
    """Note nothing."""


def trace_end(frame: EvmFrame, reason: Exit) -> None:
    """Count how the frame ended, unless it goes on after a call."""
    place = frame.common.depth * 2
    before = noted(place)
    if before == 0:
        return
    match reason:
        case Exit.CALL | Exit.CREATE:
            return
        case Exit.RETURNED:
            count(before, RETURNED)
        case Exit.REVERTED:
            count(before, REVERTED)
        case _:
            count(before, HALTED)
    note(place, U64(0))


def count_cost(before: U64, had: U64, has: U64) -> None:
    """Count by the gas that is gone."""
    cell = U32(0)
    if had > has:
        cell = (had - has).bit_length() >> 1
    count(before, cell if cell < MOST else MOST)


def count(before: U64, cell: U32) -> None:
    """Count one cell of an opcode, which is noted as one more."""
    mark(U32(before - 1) * CELLS + cell)
