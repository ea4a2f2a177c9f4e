"""Jumps and the ends of a frame."""

from zkos.guest.evm.frame import EvmFrame
from zkos.guest.evm.halts import InvalidOpcode
from zkos.guest.protocol.evm_native import (
    NATIVE_JUMP,
    NATIVE_JUMPDEST,
    NATIVE_JUMPI,
    NATIVE_PC,
    NATIVE_RETURN,
    NATIVE_REVERT,
    NATIVE_STEP,
)
from zkos.guest.protocol.gas import (
    ERGS_BASE,
    ERGS_HIGH,
    ERGS_JUMPDEST,
    ERGS_MID,
    ERGS_ZERO,
)
from zkos.guest.system.calls import Exit
from zkos.lang.control import inline
from zkos.lang.ints import U32
from zkos.lang.memory import ByteView


def stop(frame: EvmFrame) -> None:
    """End the frame successfully without return data."""
    frame.charge(ERGS_ZERO, NATIVE_STEP)

    finish(frame, Exit.RETURNED, frame.heap.empty)


def jump(frame: EvmFrame) -> None:
    """Go to the destination on the stack."""
    frame.charge(ERGS_MID, NATIVE_JUMP)

    frame.jump(frame.pop_u32())


def jumpi(frame: EvmFrame) -> None:
    """Go to a destination if a condition is not 0; on the stack in this order."""
    frame.charge(ERGS_HIGH, NATIVE_JUMPI)

    condition = frame.drop(U32(2))

    if frame.stack[condition] != 0:
        frame.jump(frame.u32_at(condition.wrapping_add(1)))


def pc(frame: EvmFrame) -> None:
    """Push the position of this opcode."""
    frame.charge(ERGS_BASE, NATIVE_PC)

    frame.push_u32(frame.pc.wrapping_sub(1))


def jumpdest(frame: EvmFrame) -> None:
    """Mark a destination; no effect."""
    frame.charge(ERGS_JUMPDEST, NATIVE_JUMPDEST)


def return_(frame: EvmFrame) -> None:
    """End the frame successfully with a range of memory as return data."""
    end_with_data(frame, Exit.RETURNED, NATIVE_RETURN)


def revert(frame: EvmFrame) -> None:
    """End the frame, undoing its effects, with return data (EIP-140)."""
    end_with_data(frame, Exit.REVERTED, NATIVE_REVERT)


def invalid(frame: EvmFrame) -> None:
    """INVALID and every unassigned opcode: halt."""
    frame.charge(ERGS_ZERO, NATIVE_STEP)

    raise InvalidOpcode


def end_with_data(frame: EvmFrame, reason: Exit, native: U32) -> None:
    """End with the range of memory that is on the stack."""
    frame.charge(ERGS_ZERO, native)

    offset = frame.pop()
    length = frame.pop_u32()

    start = frame.touch_range(offset, length)
    finish(frame, reason, frame.memory.window(start, length))


@inline
def finish(frame: EvmFrame, reason: Exit, output: ByteView) -> None:
    """Leave the loop with this return data."""
    frame.common.output = output
    frame.stop(reason)
