"""Arithmetic modulo 2**256; the signed operations are built on the unsigned ones."""

from zkos.guest.crypto.division import addmod, divide_u256, exp_u256, mulmod
from zkos.guest.evm.frame import EvmFrame
from zkos.guest.protocol.evm_native import (
    NATIVE_ADD,
    NATIVE_ADDMOD,
    NATIVE_DIV,
    NATIVE_EXP,
    NATIVE_EXP_BYTE,
    NATIVE_MOD,
    NATIVE_MUL,
    NATIVE_MULMOD,
    NATIVE_SDIV,
    NATIVE_SIGNEXTEND,
    NATIVE_SMOD,
    NATIVE_STEP,
    NATIVE_SUB,
)
from zkos.guest.protocol.gas import (
    ERGS_EXP,
    ERGS_EXP_BYTE,
    ERGS_LOW,
    ERGS_MID,
    ERGS_VERY_LOW,
    ERGS_ZERO,
)
from zkos.lang.control import inline
from zkos.lang.ints import U32, U64, U256


def add(frame: EvmFrame) -> None:
    """Replace the top two words x, y with x + y modulo 2**256."""
    frame.charge(ERGS_VERY_LOW, NATIVE_ADD)

    stack = frame.stack
    x, y = frame.pair()

    stack[y] = stack[x].wrapping_add(stack[y])


def mul(frame: EvmFrame) -> None:
    """Replace the top two words x, y with x * y modulo 2**256."""
    frame.charge(ERGS_LOW, NATIVE_MUL)

    stack = frame.stack
    x, y = frame.pair()

    stack[y] = stack[x].wrapping_mul(stack[y])


def sub(frame: EvmFrame) -> None:
    """Replace the top two words x, y with x - y modulo 2**256."""
    frame.charge(ERGS_VERY_LOW, NATIVE_SUB)

    stack = frame.stack
    x, y = frame.pair()

    stack[y] = stack[x].wrapping_sub(stack[y])


def div(frame: EvmFrame) -> None:
    """Replace the top two words x, y with the quotient x / y, 0 for y = 0."""
    frame.charge(ERGS_LOW, NATIVE_DIV)

    x = frame.pop()
    y = frame.top()

    if y != 0:
        quotient, _ = divide_u256(x, y)
        frame.set_top(quotient)


def sdiv(frame: EvmFrame) -> None:
    """The same for two's complement numbers, rounding towards zero."""
    frame.charge(ERGS_LOW, NATIVE_SDIV)

    x = frame.pop()
    y = frame.top()

    if y != 0:
        quotient, _ = divide_u256(magnitude(x), magnitude(y))
        if is_negative(x) != is_negative(y):
            quotient = quotient.wrapping_neg()
        frame.set_top(quotient)


def mod(frame: EvmFrame) -> None:
    """Replace the top two words x, y with x modulo y, 0 for y = 0."""
    frame.charge(ERGS_LOW, NATIVE_MOD)

    x = frame.pop()
    y = frame.top()

    if y != 0:
        _, remainder = divide_u256(x, y)
        frame.set_top(remainder)


def smod(frame: EvmFrame) -> None:
    """The same for two's complement numbers, with the sign of x."""
    frame.charge(ERGS_LOW, NATIVE_SMOD)

    x = frame.pop()
    y = frame.top()

    if y != 0:
        _, remainder = divide_u256(magnitude(x), magnitude(y))
        if is_negative(x):
            remainder = remainder.wrapping_neg()
        frame.set_top(remainder)


def add_mod(frame: EvmFrame) -> None:
    """Replace the top words x, y, m with (x + y) modulo m, 0 for m = 0."""
    frame.charge(ERGS_MID, NATIVE_ADDMOD)

    x = frame.pop()
    y = frame.pop()
    modulus = frame.top()

    if modulus != 0:
        frame.set_top(addmod(x, y, modulus))


def mul_mod(frame: EvmFrame) -> None:
    """Replace the top words x, y, m with (x * y) modulo m, 0 for m = 0."""
    frame.charge(ERGS_MID, NATIVE_MULMOD)

    x = frame.pop()
    y = frame.pop()
    modulus = frame.top()

    if modulus != 0:
        frame.set_top(mulmod(x, y, modulus))


def exp(frame: EvmFrame) -> None:
    """Replace the top two words x, y with x to the power y modulo 2**256."""
    frame.charge(ERGS_ZERO, NATIVE_STEP)

    base = frame.pop()
    exponent = frame.top()

    length = U64((exponent.bit_length() + 7) >> 3)
    ergs = ERGS_EXP + ERGS_EXP_BYTE * length
    frame.charge_wide(ergs, NATIVE_EXP + NATIVE_EXP_BYTE * length)
    frame.set_top(exp_u256(base, exponent))


def signextend(frame: EvmFrame) -> None:
    """Replace the top words k, x with x sign-extended from its byte k (0 lowest)."""
    frame.charge(ERGS_LOW, NATIVE_SIGNEXTEND)

    last_byte = frame.pop()
    value = frame.top()

    if last_byte < 31:
        count = U32(248) - (last_byte.word(0) << 3)
        frame.set_top(((value << count).to_signed() >> count).to_unsigned())


@inline
def is_negative(x: U256) -> bool:
    """Sign of a two's complement number."""
    return (x.word(7) >> 31) != 0


@inline
def magnitude(x: U256) -> U256:
    """Absolute value of a two's complement number."""
    return x.wrapping_neg() if is_negative(x) else x
