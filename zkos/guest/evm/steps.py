"""Steps of the EVM as messages to the host (EIP-3155): the trace of builds that trace.

Before each opcode a message tells the state it finds, and one more how the frame
ended. No opcode reaches deeper into the stack than `REACH` words, so no more are
sent: the host knows the others from the frame's earlier steps. The formats are in
`zkos/guest/README.md`.
"""

from typing import Final

from zkos.guest.evm.frame import EvmFrame
from zkos.guest.protocol.options import OPTION_TRACE_MEMORY, OPTION_TRACE_RETURN_DATA
from zkos.guest.protocol.report import KIND_CALL_GAS, KIND_FRAME_END, KIND_STEP
from zkos.guest.state.report import (
    start,
    words_of,
    write_address,
    write_bytes,
    write_u64,
    write_u256,
)
from zkos.guest.system.calls import Exit, Frame
from zkos.lang.control import urange
from zkos.lang.intrinsics import option_word, oracle_write
from zkos.lang.ints import U8, U32, U64

TRACE: Final = True
REACH: Final = U32(17)
"""SWAP16 uses 17 words."""
STEP_WORDS: Final = U32(16)
"""Words of a step without stack, memory and return data."""
FRAME_END_WORDS: Final = U32(6)
CALL_GAS_WORDS: Final = U32(3)


def trace_step(frame: EvmFrame, pc: U32, opcode: U8) -> None:
    """Report the opcode that is about to run."""
    size = frame.size
    sent = size if size < REACH else REACH
    memory = frame.memory
    shown = U32(0)
    if option_word(U32(0)) & OPTION_TRACE_MEMORY != 0:
        shown = memory.length()
    returned = frame.heap.empty
    if option_word(U32(0)) & OPTION_TRACE_RETURN_DATA != 0:
        returned = frame.return_data
    content = (shown >> 2) + words_of(returned)
    start(KIND_STEP, STEP_WORDS + sent * 8 + content)
    oracle_write(frame.common.depth)
    oracle_write(pc)
    oracle_write(U32(opcode))
    write_u64(frame.gas())
    write_u64(native_left(frame))
    oracle_write(frame.system.io.refund_counter())
    write_address(frame.common.address)
    oracle_write(size)
    for index in urange(size - sent, size):
        write_u256(frame.stack[index])
    oracle_write(memory.length())
    oracle_write(shown)
    for index in urange(shown >> 2):
        oracle_write(memory.load_u32(index << 2))
    write_bytes(returned)


def trace_call(caller: Frame) -> None:
    """Report what a caller keeps of its gas while a call runs."""
    start(KIND_CALL_GAS, CALL_GAS_WORDS)
    oracle_write(caller.depth)
    write_u64(caller.resources.gas())


def trace_end(frame: EvmFrame, reason: Exit) -> None:
    """Report that the frame stopped, for good or until a call returns."""
    start(KIND_FRAME_END, FRAME_END_WORDS)
    oracle_write(frame.common.depth)
    oracle_write(exit_number(reason))
    write_u64(frame.gas())
    write_u64(native_left(frame))


def native_left(frame: EvmFrame) -> U64:
    """What the frame can still pay."""
    return frame.common.resources.native.wrapping_add(U64(frame.native))


def exit_number(reason: Exit) -> U32:
    """The number of an exit in a message."""
    match reason:
        case Exit.CALL:
            return U32(0)
        case Exit.CREATE:
            return U32(1)
        case Exit.RETURNED:
            return U32(2)
        case Exit.REVERTED:
            return U32(3)
        case _:
            return U32(4)
