"""One running EVM frame: program counter, operand stack, memory, what it waits for.

Frames are kept one a call depth and used again. What other environments also know of
a frame is in `common`. The stack's methods test its limits and the array's bounds in
one comparison: indices below zero wrap to far above the length.
"""

from typing import Final

from zkos.guest.evm.halts import (
    InvalidJump,
    OperandTooLarge,
    OutOfMemory,
    StackOverflow,
    StackUnderflow,
    StaticViolation,
)
from zkos.guest.evm.heap import Heap
from zkos.guest.evm.jumps import JumpDestinations
from zkos.guest.evm.operands import fits_u32, words
from zkos.guest.protocol.evm_native import (
    NATIVE_COPY,
    NATIVE_MEMORY_GROWTH,
    bytes_native,
)
from zkos.guest.protocol.gas import (
    ERGS_COPY_WORD,
    GAS_MEMORY_WORD,
    MEMORY_QUADRATIC_BITS,
)
from zkos.guest.protocol.limits import FRAME_MEMORY_BYTES, STACK_WORDS
from zkos.guest.state.system import System
from zkos.guest.system.calls import Exit, Frame
from zkos.guest.system.resources import Resources
from zkos.lang.control import inline, noinline
from zkos.lang.ints import U32, U64, U256
from zkos.lang.memory import Array, ByteView, List

STOPPED: Final = U32(0xFFFFFFFF)
"""Program counter of a frame that has stopped: beyond any code, so that the loop
needs no flag."""
SET_ASIDE: Final = U64(0x7FFFFFFF)
HIGHEST_MEMORY_END: Final = U32(0xFFFFFFE0)


class EvmFrame:
    """The state of one frame."""

    common: Frame
    ergs: U32
    """Set aside from the resources of `common` for `charge`, likewise `native`: both
    below 2**31, so that one test of signs serves both. Before anything else looks at
    the resources, `settle` puts them back."""
    native: U32
    system: System
    heap: Heap
    code: ByteView
    pc: U32
    """Of the next opcode; `STOPPED` ends the loop."""
    next_pc: U32
    """Where to go on after a call or creation."""
    exit: Exit
    stack: Array[U256]
    size: U32
    """Number of words on the stack."""
    memory: ByteView
    """What is in use: a whole number of words."""
    memory_start: U32
    """Place of the memory in the heap."""
    memory_gas: U64
    """What memory of this size has cost in all."""
    return_data: ByteView
    reply_start: U32
    """Where in memory a call's return data goes, and `reply_length` how much."""
    reply_length: U32
    destinations: JumpDestinations
    topics: List[U256]
    """Of the event being made."""

    def __init__(self, system: System, heap: Heap, common: Frame) -> None:
        self.common = common
        self.ergs = U32(0)
        self.native = U32(0)
        self.system = system
        self.heap = heap
        self.code = heap.empty
        self.pc = STOPPED
        self.next_pc = STOPPED
        self.exit = Exit.RETURNED
        self.stack = Array(U256, STACK_WORDS)
        self.size = U32(0)
        self.memory = heap.empty
        self.memory_start = U32(0)
        self.memory_gas = U64(0)
        self.return_data = heap.empty
        self.reply_start = U32(0)
        self.reply_length = U32(0)
        self.destinations = JumpDestinations()
        self.topics = List(U256)

    # Ledger

    @inline
    def charge(self, ergs: U32, native: U32) -> None:
        """Pay from what was set aside if it suffices.

        Raises OutOfNative, OutOfErgs.
        """
        ergs_left = self.ergs.wrapping_sub(ergs)
        native_left = self.native.wrapping_sub(native)
        if (ergs_left | native_left) >> 31 != 0:
            self.charge_whole(U64(ergs), U64(native))
        else:
            self.ergs = ergs_left
            self.native = native_left

    def charge_wide(self, ergs: U64, native: U64) -> None:
        """Pay what may exceed 32 bits. Raises OutOfNative, OutOfErgs."""
        if (ergs | native) >> 31 == 0:
            self.charge(U32.truncate(ergs), U32.truncate(native))
        else:
            self.charge_whole(ergs, native)

    @noinline
    def charge_whole(self, ergs: U64, native: U64) -> None:
        """Pay from everything there is, then set aside anew."""
        resources = self.settle()
        resources.charge(ergs, native)
        taken = resources.ergs if resources.ergs < SET_ASIDE else SET_ASIDE
        resources.ergs = resources.ergs.wrapping_sub(taken)
        self.ergs = U32.truncate(taken)
        taken = resources.native if resources.native < SET_ASIDE else SET_ASIDE
        resources.native = resources.native.wrapping_sub(taken)
        self.native = U32.truncate(taken)

    def settle(self) -> Resources:
        """The resources, with what was set aside put back."""
        resources = self.common.resources
        resources.ergs = resources.ergs.wrapping_add(U64(self.ergs))
        resources.native = resources.native.wrapping_add(U64(self.native))
        self.ergs = U32(0)
        self.native = U32(0)
        return resources

    @inline
    def gas(self) -> U64:
        """Whole gas left."""
        return self.common.resources.ergs.wrapping_add(U64(self.ergs)) >> 8

    def charge_copy(self, ergs: U32, native: U32, length: U32) -> None:
        """Pay for a copy of `length` bytes and what comes with it."""
        self.charge_wide(
            U64(ergs) + ERGS_COPY_WORD * words(length),
            U64(native) + NATIVE_COPY + bytes_native(length),
        )

    # Operand stack

    @inline
    def push(self, value: U256) -> None:
        stack = self.stack
        size = self.size
        if size >= stack.length():
            raise StackOverflow
        stack[size] = value
        self.size = size.wrapping_add(1)

    @inline
    def push_u32(self, value: U32) -> None:
        """The same for a small number."""
        stack = self.stack
        size = self.size
        if size >= stack.length():
            raise StackOverflow
        stack[size] = U256(value)
        self.size = size.wrapping_add(1)

    @inline
    def push_u64(self, value: U64) -> None:
        """The same for a small number."""
        stack = self.stack
        size = self.size
        if size >= stack.length():
            raise StackOverflow
        stack[size] = U256(value)
        self.size = size.wrapping_add(1)

    @inline
    def pop(self) -> U256:
        stack = self.stack
        place = self.size.wrapping_sub(1)
        if place >= stack.length():
            raise StackUnderflow
        self.size = place
        return stack[place]

    @inline
    def top(self) -> U256:
        return self.stack[self.top_place()]

    @inline
    def set_top(self, value: U256) -> None:
        """Replace the top word, known to exist."""
        self.stack[self.size.wrapping_sub(1)] = value

    @inline
    def top_place(self) -> U32:
        """Index of the top word."""
        place = self.size.wrapping_sub(1)
        if place >= self.stack.length():
            raise StackUnderflow
        return place

    @inline
    def drop(self, count: U32) -> U32:
        """Remove `count` words; the index of the lowest of them."""
        place = self.size.wrapping_sub(count)
        if place >= self.stack.length():
            raise StackUnderflow
        self.size = place
        return place

    @inline
    def pair(self) -> tuple[U32, U32]:
        """Remove the top word; its index, and that of the new top."""
        size = self.size
        second = size.wrapping_sub(2)
        if second >= self.stack.length():
            raise StackUnderflow
        first = size.wrapping_sub(1)
        self.size = first
        return first, second

    @inline
    def u32_at(self, place: U32) -> U32:
        """The word at an index, if below 2**32. Raises OperandTooLarge."""
        # Spelled out, since an argument would be a copy of the word.
        stack = self.stack
        high = stack[place].word(1) | stack[place].word(2) | stack[place].word(3)
        high = high | stack[place].word(4) | stack[place].word(5)
        high = high | stack[place].word(6) | stack[place].word(7)
        if high != 0:
            raise OperandTooLarge
        return stack[place].word(0)

    @inline
    def pop_u32(self) -> U32:
        """Remove the top word, which must be below 2**32. Raises OperandTooLarge."""
        return self.u32_at(self.drop(U32(1)))

    # Control

    @inline
    def jump(self, destination: U32) -> None:
        """Go on at `destination`. Raises InvalidJump."""
        if not self.destinations.contains(destination):
            raise InvalidJump
        self.pc = destination

    @inline
    def stop(self, reason: Exit) -> None:
        """Leave the loop after this opcode."""
        self.exit = reason
        self.next_pc = self.pc
        self.pc = STOPPED

    @inline
    def require_not_static(self) -> None:
        """Raises StaticViolation in a static context."""
        if self.common.static:
            raise StaticViolation

    # Memory

    @inline
    def touch(self, offset: U32, length: U32) -> None:
        """Grow memory to hold `length` bytes from `offset`; `length` is not 0.

        Raises OutOfErgs, OutOfNative, OutOfMemory.
        """
        end = offset.saturating_add(length)
        if end > self.memory.length():
            self.grow(end)

    def touch_range(self, offset: U256, length: U32) -> U32:
        """The same for an offset from the stack, which counts unless `length` is 0."""
        if length == 0:
            return U32(0)
        if not fits_u32(offset):
            raise OperandTooLarge
        start = offset.word(0)
        self.touch(start, length)
        return start

    @noinline
    def grow(self, end: U32) -> None:
        """Make memory `end` bytes long, rounded up to words, and pay for it."""
        if end > HIGHEST_MEMORY_END:
            raise OutOfMemory
        old_bytes = self.memory.length()
        new_words = (end + 31) >> 5
        new_bytes = new_words << 5
        added = new_bytes - old_bytes
        gas = memory_gas(new_words)
        ergs = (gas - self.memory_gas) << 8
        self.charge_wide(ergs, NATIVE_MEMORY_GROWTH + U64(added))
        start = self.memory_start
        if new_bytes >= FRAME_MEMORY_BYTES - start:
            raise OutOfMemory
        heap = self.heap
        self.memory = heap.region.window(start, new_bytes)
        self.memory_gas = gas
        heap.top = start + new_bytes
        self.memory.window(old_bytes, added).fill(0)


def memory_gas(length_words: U32) -> U64:
    """Gas that memory of this length has cost in all."""
    count = U64(length_words)
    return GAS_MEMORY_WORD * count + ((count * count) >> MEMORY_QUADRATIC_BITS)
