"""Comparisons, bit operations and shifts."""

from zkos.guest.evm.frame import EvmFrame
from zkos.guest.protocol.evm_native import (
    NATIVE_AND,
    NATIVE_BYTE,
    NATIVE_CLZ,
    NATIVE_EQ,
    NATIVE_GT,
    NATIVE_ISZERO,
    NATIVE_LT,
    NATIVE_NOT,
    NATIVE_OR,
    NATIVE_SAR,
    NATIVE_SGT,
    NATIVE_SHL,
    NATIVE_SHR,
    NATIVE_SLT,
    NATIVE_XOR,
)
from zkos.guest.protocol.gas import ERGS_LOW, ERGS_VERY_LOW
from zkos.lang.ints import U32, U256


def clz(frame: EvmFrame) -> None:
    """Replace a word with the number of zero bits above its highest (EIP-7939)."""
    frame.charge(ERGS_LOW, NATIVE_CLZ)

    bits = frame.top().bit_length()

    frame.set_top(U256(U32(256) - bits))


def lt(frame: EvmFrame) -> None:
    """Replace the top two words x, y with 1 if x < y, else 0."""
    frame.charge(ERGS_VERY_LOW, NATIVE_LT)

    stack = frame.stack
    x, y = frame.pair()

    stack[y] = U256(stack[x] < stack[y])


def gt(frame: EvmFrame) -> None:
    """Replace the top two words x, y with 1 if x > y, else 0."""
    frame.charge(ERGS_VERY_LOW, NATIVE_GT)

    stack = frame.stack
    x, y = frame.pair()

    stack[y] = U256(stack[x] > stack[y])


def slt(frame: EvmFrame) -> None:
    """Less than, for two's complement numbers."""
    frame.charge(ERGS_VERY_LOW, NATIVE_SLT)

    stack = frame.stack
    x, y = frame.pair()

    stack[y] = U256(stack[x].to_signed() < stack[y].to_signed())


def sgt(frame: EvmFrame) -> None:
    """Greater than, for two's complement numbers."""
    frame.charge(ERGS_VERY_LOW, NATIVE_SGT)

    stack = frame.stack
    x, y = frame.pair()

    stack[y] = U256(stack[x].to_signed() > stack[y].to_signed())


def eq(frame: EvmFrame) -> None:
    """Replace the top two words with 1 if they are equal, else 0."""
    frame.charge(ERGS_VERY_LOW, NATIVE_EQ)

    stack = frame.stack
    x, y = frame.pair()

    stack[y] = U256(stack[x] == stack[y])


def iszero(frame: EvmFrame) -> None:
    """Replace the top word with 1 if it is 0, else 0."""
    frame.charge(ERGS_VERY_LOW, NATIVE_ISZERO)

    stack = frame.stack
    x = frame.top_place()

    stack[x] = U256(stack[x] == 0)


def and_(frame: EvmFrame) -> None:
    """Replace the top two words with their bitwise and."""
    frame.charge(ERGS_VERY_LOW, NATIVE_AND)

    stack = frame.stack
    x, y = frame.pair()

    stack[y] = stack[x] & stack[y]


def or_(frame: EvmFrame) -> None:
    """Replace the top two words with their bitwise or."""
    frame.charge(ERGS_VERY_LOW, NATIVE_OR)

    stack = frame.stack
    x, y = frame.pair()

    stack[y] = stack[x] | stack[y]


def xor(frame: EvmFrame) -> None:
    """Replace the top two words with their bitwise exclusive or."""
    frame.charge(ERGS_VERY_LOW, NATIVE_XOR)

    stack = frame.stack
    x, y = frame.pair()

    stack[y] = stack[x] ^ stack[y]


def not_(frame: EvmFrame) -> None:
    """Invert every bit of the top word."""
    frame.charge(ERGS_VERY_LOW, NATIVE_NOT)

    stack = frame.stack
    x = frame.top_place()

    stack[x] = ~stack[x]


def byte(frame: EvmFrame) -> None:
    """Replace the top words i, x with byte i of x, counted from the highest."""
    frame.charge(ERGS_VERY_LOW, NATIVE_BYTE)

    index = frame.pop()
    value = frame.top()

    if index < 32:
        place = U32(31) - index.word(0)
        word = value.word(place >> 2)
        frame.set_top(U256((word >> ((place & 3) << 3)) & 0xFF))
    else:
        frame.set_top(U256(0))


def shl(frame: EvmFrame) -> None:
    """Replace the top words n, x with x shifted left by n bits (EIP-145)."""
    frame.charge(ERGS_VERY_LOW, NATIVE_SHL)

    count = frame.pop()
    value = frame.top()

    frame.set_top(value << count.word(0) if count < 256 else U256(0))


def shr(frame: EvmFrame) -> None:
    """Replace the top words n, x with x shifted right by n bits (EIP-145)."""
    frame.charge(ERGS_VERY_LOW, NATIVE_SHR)

    count = frame.pop()
    value = frame.top()

    frame.set_top(value >> count.word(0) if count < 256 else U256(0))


def sar(frame: EvmFrame) -> None:
    """The same for two's complement numbers, keeping the sign."""
    frame.charge(ERGS_VERY_LOW, NATIVE_SAR)

    count = frame.pop()
    value = frame.top()

    bits = count.word(0) if count < 256 else U32(255)
    frame.set_top((value.to_signed() >> bits).to_unsigned())
