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
from zkos.lang.ints import U32, U256
from zkos.lang.memory import ByteView


def pop(frame: EvmFrame) -> None:
    """Remove the top word."""
    frame.charge(ERGS_BASE, NATIVE_POP)

    frame.drop(U32(1))


def push0(frame: EvmFrame) -> None:
    """Push 0 (EIP-3855)."""
    frame.charge(ERGS_BASE, NATIVE_PUSH0)

    frame.push(U256(0))


@inline
def push_n(frame: EvmFrame, count: U32) -> None:
    """Push the `count` bytes of code behind the opcode, zeros beyond the end."""
    frame.charge(ERGS_VERY_LOW, NATIVE_PUSH[count - 1])

    pc = frame.pc
    rest = frame.code.length().saturating_sub(pc)
    frame.pc = pc.wrapping_add(count)
    if count <= 4 and rest >= count:
        frame.push(U256(short_number(frame.code, pc, count)))
    elif count <= 8 and rest >= 8:
        frame.push(U256(frame.code.load_u64_be(pc) >> (U32(64) - (count << 3))))
    elif rest >= 32:
        frame.push(frame.code.load_u256_be(pc) >> (U32(256) - (count << 3)))
    else:
        push_at_end(frame, pc, count)


@inline
def short_number(code: ByteView, pc: U32, count: U32) -> U32:
    """The number that 1 to 4 bytes spell: unaligned, so in pieces of 16 bits."""
    if count == 1:
        return U32(code[pc])
    high = U32(code.load_u16_be(pc))
    if count == 2:
        return high
    if count == 3:
        return (high << 8) | U32(code[pc.wrapping_add(2)])
    return (high << 16) | U32(code.load_u16_be(pc.wrapping_add(2)))


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
