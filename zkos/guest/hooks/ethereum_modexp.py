"""Precompile 05 as Ethereum has it: EIP-198 with the prices of EIP-2565 or EIP-7883.

The fork decides about prices and about the longest operands (EIP-7823).
"""

from typing import Final

from zkos.guest.hooks.call import HookCall
from zkos.guest.hooks.modexp import HEADER_BYTES, compute, exponent_head
from zkos.guest.hooks.modexp_gas import HEAD_BYTES, MAX_PAYABLE_GAS
from zkos.guest.protocol.precompiles import (
    MODEXP_BYTE_ITERATIONS,
    MODEXP_COMPLEXITY_FACTOR,
    MODEXP_DIVISOR,
    MODEXP_FLAT_BYTES,
    MODEXP_FLAT_COMPLEXITY,
    MODEXP_LONGEST,
    MODEXP_MINIMUM,
    NATIVE_PER_GAS,
)
from zkos.guest.system.errors import OutOfErgs
from zkos.guest.system.resources import ERGS_PER_GAS
from zkos.lang.ints import U64, U256

SATURATED: Final = U64((1 << 32) - 1)
"""Stands for all longer lengths; as with them, no block's gas pays for it."""


def ethereum_modexp(call: HookCall) -> None:
    """Lengths of base, exponent and modulus, then the three.

    Raises OutOfErgs, also without room for the result, OutOfNative and Fatal.
    """
    frame = call.frame
    data = frame.input
    header = call.memory.padded(data, HEADER_BYTES)
    base_length = header.load_u256_be(0)
    exponent_length = header.load_u256_be(32)
    modulus_length = header.load_u256_be(64)
    if base_length > MODEXP_LONGEST or modulus_length > MODEXP_LONGEST:
        call.halt()
        return
    if exponent_length > MODEXP_LONGEST:
        call.halt()
        return

    header_bytes = data.length()
    if header_bytes > HEADER_BYTES:
        header_bytes = HEADER_BYTES
    data = data.window(header_bytes, data.length() - header_bytes)
    base = saturated(base_length)
    exponent = saturated(exponent_length)
    modulus = saturated(modulus_length)
    gas = modexp_gas(
        base, exponent, modulus, exponent_head(call.memory, data, base, exponent)
    )
    frame.resources.charge(gas * ERGS_PER_GAS, gas * NATIVE_PER_GAS)
    if base == 0 and modulus == 0:
        return
    if modulus > U64(call.system.return_memory.room()):
        raise OutOfErgs
    compute(call, data, base, exponent, modulus)


def saturated(length: U256) -> U64:
    """A length, or the longest that is told apart."""
    if length > U256(SATURATED):
        return SATURATED
    return U64(length)


def modexp_gas(base: U64, exponent: U64, modulus: U64, head: U256) -> U64:
    """The price, by the lengths and the number that the exponent's first bytes spell.

    Raises OutOfErgs when no gas limit could pay it.
    """
    longest = base if base > modulus else modulus
    complexity = MODEXP_FLAT_COMPLEXITY
    if longest > MODEXP_FLAT_BYTES:
        words = (longest + 7) >> 3
        complexity = MODEXP_COMPLEXITY_FACTOR * words * words
    iterations = U64(0)
    if exponent > HEAD_BYTES:
        iterations = MODEXP_BYTE_ITERATIONS * (exponent - HEAD_BYTES)
    if head != 0:
        iterations = iterations + U64(head.bit_length()) - 1
    if iterations == 0:
        iterations = U64(1)
    product, overflow = complexity.overflowing_mul(iterations)
    gas = product // MODEXP_DIVISOR
    if overflow or gas > MAX_PAYABLE_GAS:
        raise OutOfErgs
    return gas if gas > MODEXP_MINIMUM else MODEXP_MINIMUM
