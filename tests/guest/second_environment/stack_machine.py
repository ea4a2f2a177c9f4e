"""A second execution environment: a dozen opcodes, enough to call and be called.

Guest language. Values are U256 on a stack of 16. A contract's calldata and return
data are one word.
"""

from typing import Final

from zkos.guest.state.system import System
from zkos.guest.system.calls import Exit, Frame, Scheme
from zkos.guest.system.errors import OutOfErgs
from zkos.lang.control import srange
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.memory import Array, ByteView, List, allocate_bytes

ERGS_STEP: Final = U64(10 * 256)
NATIVE_STEP: Final = U64(500)
DEPTH: Final = U32(16)
WORD: Final = U32(32)

STOP: Final = 0
PUSH: Final = 1
"""The next byte is the value."""
ADD: Final = 2
ARGUMENT: Final = 3
LOAD: Final = 4
STORE: Final = 5
CALL: Final = 6
"""The next 20 bytes are the callee; pops its argument, pushes the success."""
RESULT: Final = 7
RETURN: Final = 8
REVERT: Final = 9
CALLER: Final = 10
SKIP_IF_ZERO: Final = 11
"""The next byte is how many bytes to skip."""


class Bad(Exception):
    """Malformed code or a stack fault: the frame halts."""


class StackFrame:
    """What a frame needs besides the common part."""

    stack: Array[U256]
    height: U32
    pc: U32
    word: ByteView
    """The last argument or return data sent."""

    def __init__(self) -> None:
        self.stack = Array(U256, DEPTH)
        self.height = U32(0)
        self.pc = U32(0)
        self.word = allocate_bytes(WORD)

    def push(self, value: U256) -> None:
        """Raises Bad when full."""
        if self.height == DEPTH:
            raise Bad
        self.stack[self.height] = value
        self.height = self.height + 1

    def pop(self) -> U256:
        """Raises Bad when empty."""
        if self.height == 0:
            raise Bad
        self.height = self.height - 1
        return self.stack[self.height]


class StackMachine:
    """The environment: one `StackFrame` a depth."""

    system: System
    frames: List[StackFrame]

    def __init__(self, system: System) -> None:
        self.system = system
        self.frames = List(StackFrame)

    def begin(self, common: Frame) -> Exit:
        """Run a new frame. Raises OutOfNative, Fatal."""
        while self.frames.length() <= common.depth:
            self.frames.append(StackFrame())
        frame = self.frames[common.depth]
        frame.height = U32(0)
        frame.pc = U32(0)
        return self.run(frame, common)

    def resume(self, common: Frame) -> Exit:
        """Go on after a call. Raises OutOfNative, Fatal."""
        frame = self.frames[common.depth]
        frame.stack[frame.height] = U256(1) if common.child_success else U256(0)
        frame.height = frame.height + 1
        return self.run(frame, common)

    def run(self, frame: StackFrame, common: Frame) -> Exit:
        """Interpret to the next stop; faults take all ergs."""
        try:
            while frame.pc < common.code.length():
                common.resources.charge(ERGS_STEP, NATIVE_STEP)
                opcode = common.code[frame.pc]
                frame.pc = frame.pc + 1
                match opcode:
                    case 0:
                        break
                    case 6:
                        return self.call(frame, common)
                    case 8:
                        return self.end(frame, common, Exit.RETURNED)
                    case 9:
                        return self.end(frame, common, Exit.REVERTED)
                    case _:
                        self.step(frame, common, opcode)
        except (Bad, OutOfErgs):
            return Exit.HALTED
        common.output = frame.word.window(U32(0), U32(0))
        return Exit.RETURNED

    def step(self, frame: StackFrame, common: Frame, opcode: U8) -> None:
        """An opcode that does not stop the frame."""
        io = self.system.io
        match opcode:
            case 1:
                frame.push(U256(self.operand(frame, common)))
            case 2:
                frame.push(frame.pop().wrapping_add(frame.pop()))
            case 3:
                frame.push(word_of(common.input))
            case 4:
                key = frame.pop()
                value = io.read_slot(
                    common.environment, common.resources, common.address, key
                )
                frame.push(value)
            case 5:
                key = frame.pop()
                value = frame.pop()
                if common.static:
                    raise Bad
                io.write_slot(
                    common.environment, common.resources, common.address, key, value
                )
            case 7:
                frame.push(word_of(common.child_output))
            case 10:
                frame.push(U256(common.caller))
            case 11:
                distance = U32(self.operand(frame, common))
                if frame.pop() == 0:
                    frame.pc = frame.pc + distance
            case _:
                raise Bad

    def operand(self, frame: StackFrame, common: Frame) -> U8:
        """The byte after the opcode. Raises Bad."""
        if frame.pc >= common.code.length():
            raise Bad
        value = common.code[frame.pc]
        frame.pc = frame.pc + 1
        return value

    def call(self, frame: StackFrame, common: Frame) -> Exit:
        """Ask for a call with all gas the 63/64 rule allows."""
        if common.code.length() - frame.pc < 20:
            raise Bad
        callee = U256(0)
        for _ in srange(20):
            callee = (callee << 8) | U256(self.operand(frame, common))
        frame.word.store_u256_be(U32(0), frame.pop())
        request = common.request
        request.scheme = Scheme.CALL
        request.callee = Address(callee)
        request.value = U256(0)
        request.input = frame.word
        request.gas = common.resources.gas()
        return Exit.CALL

    def end(self, frame: StackFrame, common: Frame, reason: Exit) -> Exit:
        """Stop with the top of the stack as return data."""
        frame.word.store_u256_be(U32(0), frame.pop())
        common.output = frame.word
        return reason


def word_of(data: ByteView) -> U256:
    """The first word, or 0 of shorter data."""
    return data.load_u256_be(U32(0)) if data.length() >= WORD else U256(0)
