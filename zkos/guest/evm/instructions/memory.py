"""MLOAD, MSTORE, MSTORE8, MSIZE and MCOPY."""

from zkos.guest.evm.frame import EvmFrame
from zkos.guest.evm.halts import OperandTooLarge
from zkos.guest.evm.operands import fits_u32
from zkos.guest.protocol.evm_native import (
    NATIVE_MCOPY,
    NATIVE_MEMORY,
    NATIVE_MEMORY_BYTE,
    NATIVE_MSIZE,
    NATIVE_STEP,
)
from zkos.guest.protocol.gas import ERGS_BASE, ERGS_VERY_LOW, ERGS_ZERO
from zkos.lang.ints import U8, U32


def mload(frame: EvmFrame) -> None:
    """Replace the top word, an offset, with the 32 bytes of memory there."""
    frame.charge(ERGS_VERY_LOW, NATIVE_MEMORY)

    place = frame.top_place()
    offset = frame.u32_at(place)

    frame.touch(offset, U32(32))
    frame.stack[place] = frame.memory.load_u256_be(offset)


def mstore(frame: EvmFrame) -> None:
    """Write a word to memory; on the stack: offset, word."""
    frame.charge(ERGS_VERY_LOW, NATIVE_MEMORY)

    value = frame.drop(U32(2))
    offset = frame.u32_at(value.wrapping_add(1))

    frame.touch(offset, U32(32))
    frame.memory.store_u256_be(offset, frame.stack[value])


def mstore8(frame: EvmFrame) -> None:
    """Write the lowest byte of a word to memory; on the stack: offset, word."""
    frame.charge(ERGS_VERY_LOW, NATIVE_MEMORY_BYTE)

    value = frame.drop(U32(2))
    offset = frame.u32_at(value.wrapping_add(1))

    frame.touch(offset, U32(1))
    frame.memory[offset] = U8.truncate(frame.stack[value])


def msize(frame: EvmFrame) -> None:
    """Push the length of memory in bytes."""
    frame.charge(ERGS_BASE, NATIVE_MSIZE)

    frame.push_u32(frame.memory.length())


def mcopy(frame: EvmFrame) -> None:
    """Copy within memory (EIP-5656); on the stack: to, from, length."""
    frame.charge(ERGS_ZERO, NATIVE_STEP)

    target = frame.pop()
    source = frame.pop()
    length = frame.pop_u32()

    frame.charge_copy(ERGS_VERY_LOW, NATIVE_MCOPY, length)
    if length == 0:
        return
    if not fits_u32(target) or not fits_u32(source):
        raise OperandTooLarge
    to = target.word(0)
    start = source.word(0)
    frame.touch(to if to > start else start, length)
    memory = frame.memory
    memory.window(to, length).copy_from(memory.window(start, length))
