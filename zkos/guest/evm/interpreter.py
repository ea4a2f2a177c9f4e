"""The EVM as an execution environment: it runs a frame to its next preemption point.

The bootloader's runner calls `begin`, then `resume` after every call or creation the
frame asked for, then `leave`. The runner owns the call stack; here is only what an
EVM frame needs besides: stack, memory, jump destinations.
"""

from typing import Final

from zkos.guest.evm.frame import STOPPED, EvmFrame
from zkos.guest.evm.halts import Halt
from zkos.guest.evm.heap import Heap
from zkos.guest.evm.instructions.calls import call_reply, create_reply
from zkos.guest.evm.instructions.control_flow import stop
from zkos.guest.evm.opcodes import TABLE
from zkos.guest.evm.trace import TRACE, trace_end, trace_step
from zkos.guest.protocol.evm_native import NATIVE_CODE_BYTE
from zkos.guest.state.system import System
from zkos.guest.system.calls import Exit, Frame
from zkos.guest.system.errors import OutOfErgs
from zkos.lang.ints import U32, U64
from zkos.lang.memory import List

FIRST_BYTE: Final = U32(0)


class Evm:
    """The frames of all depths and what they share."""

    system: System
    heap: Heap
    frames: List[EvmFrame]
    """One a call depth."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.heap = Heap(system.frame_memory)
        self.frames = List(EvmFrame)

    def begin(self, common: Frame) -> Exit:
        """Run a new frame. Raises OutOfNative, Fatal."""
        frame = self.frame_of(common)
        heap = self.heap
        if common.depth == 0:
            # Frames of a transaction that ran out of native were never left.
            heap.top = U32(0)
        code = common.code
        if common.has_artifacts:
            frame.destinations.take(code, common.artifacts)
        else:
            common.resources.charge(U64(0), NATIVE_CODE_BYTE * U64(code.length()))
            frame.destinations.find(code)
        frame.code = code
        frame.pc = FIRST_BYTE
        frame.ergs = U32(0)
        frame.native = U32(0)
        frame.size = U32(0)
        frame.memory_start = heap.top
        frame.memory = heap.empty
        frame.memory_gas = U64(0)
        frame.return_data = heap.empty
        return run(frame)

    def resume(self, common: Frame) -> Exit:
        """Go on after a call or creation. Raises OutOfNative, Fatal."""
        frame = self.frames[common.depth]
        if frame.exit is Exit.CALL:
            call_reply(frame)
        else:
            create_reply(frame)
        frame.pc = frame.next_pc
        return run(frame)

    def leave(self, common: Frame) -> None:
        """Free the memory of a frame that has ended; its output becomes invalid."""
        self.heap.top = self.frames[common.depth].memory_start

    def frame_of(self, common: Frame) -> EvmFrame:
        """The frame kept for this depth, tied to `common`."""
        frames = self.frames
        depth = common.depth
        while frames.length() <= depth:
            frames.append(EvmFrame(self.system, self.heap, common))
        frame = frames[depth]
        frame.common = common
        return frame


def run(frame: EvmFrame) -> Exit:
    """Interpret until the frame stops; a halt takes all its ergs."""
    try:
        interpret(frame)
    except (Halt, OutOfErgs):
        frame.settle().ergs = U64(0)
        frame.common.output = frame.heap.empty
        if TRACE:
            trace_end(frame, Exit.HALTED)
        return Exit.HALTED
    frame.settle()
    if TRACE:
        trace_end(frame, frame.exit)
    return frame.exit


def interpret(frame: EvmFrame) -> None:
    """Execute opcodes until one stops the frame or the code ends."""
    code = frame.code
    length = code.length()
    pc = frame.pc
    while pc < length:
        opcode = code[pc]
        if TRACE:
            trace_step(frame, pc, opcode)
        frame.pc = pc.wrapping_add(1)
        TABLE.run(opcode, frame)
        pc = frame.pc
    if pc != STOPPED:
        stop(frame)
