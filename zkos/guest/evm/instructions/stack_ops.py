"""POP, PUSH, DUP and SWAP."""

from zkos.guest.evm.frame import EvmFrame
from zkos.guest.evm.halts import StackOverflow, StackUnderflow
from zkos.guest.protocol.evm_native import (
    NATIVE_DUP,
    NATIVE_POP,
    NATIVE_PUSH,
    NATIVE_PUSH0,
    NATIVE_SWAP,
)
from zkos.guest.protocol.gas import ERGS_BASE, ERGS_VERY_LOW
from zkos.lang.control import inline, noinline
from zkos.lang.ints import U32, U64, U256
from zkos.lang.memory import ByteView


def pop(frame: EvmFrame) -> None:
    """Remove the top word."""
    frame.charge(ERGS_BASE, NATIVE_POP)

    frame.drop(U32(1))


def push0(frame: EvmFrame) -> None:
    """Push 0 (EIP-3855)."""
    frame.charge(ERGS_BASE, NATIVE_PUSH0)

    frame.push_u32(U32(0))


@inline
def push_n(frame: EvmFrame, count: U32) -> None:
    """Push the `count` bytes of code behind the opcode, zeros beyond the end."""
    frame.charge(ERGS_VERY_LOW, NATIVE_PUSH[count - 1])

    code = frame.code
    pc = frame.pc
    frame.pc = pc.wrapping_add(count)
    if code.length().wrapping_sub(pc) < count:
        push_at_end(frame, pc, count)
        return
    data = code.window(pc, count)
    if count <= 4:
        frame.push_u32(spelled(data, count))
    elif count <= 8:
        high = U64(spelled(data, count - 4)) << 32
        frame.push_u64(high | U64(spelled(data, count)))
    else:
        push_long(frame, data, count)


@inline
def spelled(data: ByteView, end: U32) -> U32:
    """The number that the bytes before `end` spell, at most four of them."""
    number = U32(data[end - 1])
    if end > 1:
        number = number | (U32(data[end - 2]) << 8)
    if end > 2:
        number = number | (U32(data[end - 3]) << 16)
    if end > 3:
        number = number | (U32(data[end - 4]) << 24)
    return number


@inline
def push_long(frame: EvmFrame, data: ByteView, count: U32) -> None:
    """Push the number that 9 to 32 bytes spell, word by word."""
    stack = frame.stack
    size = frame.size
    if size >= stack.length():
        raise StackOverflow
    stack[size] = (
        U256(word_of(data, count, U32(0)))
        | (U256(word_of(data, count, U32(1))) << 32)
        | (U256(word_of(data, count, U32(2))) << 64)
        | (U256(word_of(data, count, U32(3))) << 96)
        | (U256(word_of(data, count, U32(4))) << 128)
        | (U256(word_of(data, count, U32(5))) << 160)
        | (U256(word_of(data, count, U32(6))) << 192)
        | (U256(word_of(data, count, U32(7))) << 224)
    )
    frame.size = size.wrapping_add(1)


@inline
def word_of(data: ByteView, count: U32, index: U32) -> U32:
    """A word, from the lowest, of the number that `count` bytes spell."""
    start = index << 2
    return spelled(data, count - start) if count > start else U32(0)


@noinline
def push_at_end(frame: EvmFrame, pc: U32, count: U32) -> None:
    """Push `count` bytes of code from `pc`, close to the end of the code."""
    word = frame.heap.load_padded(frame.code, pc)
    frame.push(word >> (U32(256) - (count << 3)))


@inline
def dup_n(frame: EvmFrame, depth: U32) -> None:
    """Push a copy of the word at `depth`, 1 the top."""
    frame.charge(ERGS_VERY_LOW, NATIVE_DUP)

    stack = frame.stack
    size = frame.size
    place = size.wrapping_sub(depth)
    if size >= stack.length():
        raise StackOverflow
    if place >= stack.length():
        raise StackUnderflow

    stack[size] = stack[place]
    frame.size = size.wrapping_add(1)


@inline
def swap_n(frame: EvmFrame, depth: U32) -> None:
    """Exchange the top word with the one `depth` below it."""
    frame.charge(ERGS_VERY_LOW, NATIVE_SWAP)

    stack = frame.stack
    top = frame.size.wrapping_sub(1)
    other = top.wrapping_sub(depth)
    if other >= stack.length():
        raise StackUnderflow

    word = stack[top]
    stack[top] = stack[other]
    stack[other] = word
