"""KECCAK256, what the frame was called with, copies to memory, and GAS."""

from zkos.guest.evm.frame import EvmFrame
from zkos.guest.evm.halts import ReturnDataOutOfBounds
from zkos.guest.evm.heap import copy_padded
from zkos.guest.evm.operands import fits_u32, saturate_u32
from zkos.guest.protocol.evm_native import (
    NATIVE_ADDRESS,
    NATIVE_CALLDATALOAD,
    NATIVE_CALLDATASIZE,
    NATIVE_CALLER,
    NATIVE_CALLVALUE,
    NATIVE_CODESIZE,
    NATIVE_COPY_OPCODE,
    NATIVE_GAS,
    NATIVE_KECCAK256,
    NATIVE_RETURNDATASIZE,
    NATIVE_STEP,
)
from zkos.guest.protocol.gas import (
    ERGS_BASE,
    ERGS_KECCAK_EMPTY,
    ERGS_VERY_LOW,
    ERGS_ZERO,
)
from zkos.guest.state.account import EMPTY_KECCAK
from zkos.lang.ints import U256
from zkos.lang.memory import ByteView


def keccak256(frame: EvmFrame) -> None:
    """Replace a range of memory, given by offset and length, with its hash."""
    frame.charge(ERGS_ZERO, NATIVE_STEP)

    offset = frame.pop()
    length = frame.pop_u32()

    if length == 0:
        frame.charge(ERGS_KECCAK_EMPTY, NATIVE_KECCAK256)
        frame.push(EMPTY_KECCAK)
        return
    frame.charge(ERGS_ZERO, NATIVE_KECCAK256)
    start = frame.touch_range(offset, length)
    data = frame.memory.window(start, length)
    frame.push(U256(frame.system.io.keccak(frame.settle(), data)))


def address(frame: EvmFrame) -> None:
    """Push the account the frame acts as."""
    frame.charge(ERGS_BASE, NATIVE_ADDRESS)

    frame.push(U256(frame.common.address))


def caller(frame: EvmFrame) -> None:
    """Push the account that made the call."""
    frame.charge(ERGS_BASE, NATIVE_CALLER)

    frame.push(U256(frame.common.caller))


def callvalue(frame: EvmFrame) -> None:
    """Push the ether sent with the call, in wei."""
    frame.charge(ERGS_BASE, NATIVE_CALLVALUE)

    frame.push(frame.common.value)


def calldataload(frame: EvmFrame) -> None:
    """Replace an offset with the 32 bytes of calldata there, zeros beyond the end."""
    frame.charge(ERGS_VERY_LOW, NATIVE_CALLDATALOAD)

    place = frame.top_place()
    offset = saturate_u32(frame.stack[place])

    frame.stack[place] = frame.heap.load_padded(frame.common.input, offset)


def calldatasize(frame: EvmFrame) -> None:
    """Push the length of the calldata in bytes."""
    frame.charge(ERGS_BASE, NATIVE_CALLDATASIZE)

    frame.push_u32(frame.common.input.length())


def calldatacopy(frame: EvmFrame) -> None:
    """Copy calldata to memory; on the stack: to, from, length."""
    copy_to_memory(frame, frame.common.input)


def codesize(frame: EvmFrame) -> None:
    """Push the length of the running code in bytes."""
    frame.charge(ERGS_BASE, NATIVE_CODESIZE)

    frame.push_u32(frame.code.length())


def codecopy(frame: EvmFrame) -> None:
    """Copy the running code to memory; on the stack: to, from, length."""
    copy_to_memory(frame, frame.code)


def returndatasize(frame: EvmFrame) -> None:
    """Push the length of the last call's return data (EIP-211)."""
    frame.charge(ERGS_BASE, NATIVE_RETURNDATASIZE)

    frame.push_u32(frame.return_data.length())


def returndatacopy(frame: EvmFrame) -> None:
    """Copy return data to memory; halt beyond its end, unlike the other copies."""
    frame.charge(ERGS_ZERO, NATIVE_STEP)

    target = frame.pop()
    source = frame.pop()
    length = frame.pop_u32()

    frame.charge_copy(ERGS_VERY_LOW, NATIVE_COPY_OPCODE, length)
    end = saturate_u32(source).saturating_add(length)
    if not fits_u32(source) or end > frame.return_data.length():
        raise ReturnDataOutOfBounds
    start = frame.touch_range(target, length)
    if length != 0:
        data = frame.return_data.window(source.word(0), length)
        frame.memory.window(start, length).copy_from(data)


def gas(frame: EvmFrame) -> None:
    """Push the whole gas left, after paying for this opcode."""
    frame.charge(ERGS_BASE, NATIVE_GAS)

    frame.push_u64(frame.gas())


def copy_to_memory(frame: EvmFrame, data: ByteView) -> None:
    """Body of CALLDATACOPY and CODECOPY: bytes beyond the end of `data` are 0."""
    frame.charge(ERGS_ZERO, NATIVE_STEP)

    target = frame.pop()
    source = frame.pop()
    length = frame.pop_u32()

    frame.charge_copy(ERGS_VERY_LOW, NATIVE_COPY_OPCODE, length)
    start = frame.touch_range(target, length)
    copy_padded(frame.memory.window(start, length), data, saturate_u32(source))
