"""Precompiles 0b to 11: the curve BLS12-381 (EIP-2537)."""

from zkos.guest.crypto.bls381 import (
    G1_BYTES,
    G1_TERM_BYTES,
    G2_BYTES,
    G2_TERM_BYTES,
    PAIR_BYTES,
)
from zkos.guest.hooks.call import HookCall
from zkos.guest.protocol.precompiles import (
    BLS381_G1_ADD,
    BLS381_G1_DISCOUNTS,
    BLS381_G1_TERM,
    BLS381_G2_ADD,
    BLS381_G2_DISCOUNTS,
    BLS381_G2_TERM,
    BLS381_MAP_TO_G1,
    BLS381_MAP_TO_G2,
    BLS381_PAIRING,
    BLS381_PAIRING_PAIR,
    DISCOUNT_COUNT,
    DISCOUNT_UNIT,
    NATIVE_PER_GAS,
)
from zkos.guest.system.resources import ERGS_PER_GAS
from zkos.lang.ints import U32, U64
from zkos.lang.memory import ByteView


def bls381_g1_add(call: HookCall) -> None:
    """Precompile 0b: the sum of two points of the curve."""
    output = begin(call, BLS381_G1_ADD, G1_BYTES)
    if not call.bls381().g1_add(call.frame.input, output):
        call.halt()


def bls381_g1_msm(call: HookCall) -> None:
    """Precompile 0c: the sum of multiples of points of G1."""
    data = call.frame.input
    output = begin(call, g1_msm_gas(data.length() // G1_TERM_BYTES), G1_BYTES)
    if not call.bls381().g1_sum_of_multiples(data, output):
        call.halt()


def bls381_g2_add(call: HookCall) -> None:
    """Precompile 0d: the sum of two points of the twist."""
    output = begin(call, BLS381_G2_ADD, G2_BYTES)
    if not call.bls381().g2_add(call.frame.input, output):
        call.halt()


def bls381_g2_msm(call: HookCall) -> None:
    """Precompile 0e: the sum of multiples of points of G2."""
    data = call.frame.input
    output = begin(call, g2_msm_gas(data.length() // G2_TERM_BYTES), G2_BYTES)
    if not call.bls381().g2_sum_of_multiples(data, output):
        call.halt()


def bls381_pairing(call: HookCall) -> None:
    """Precompile 0f: whether the product of the pairings is one."""
    data = call.frame.input
    output = begin(call, pairing_gas(data.length() // PAIR_BYTES), U32(32))
    if not call.bls381().pairing(data, output):
        call.halt()


def bls381_map_to_g1(call: HookCall) -> None:
    """Precompile 10: the point of G1 for an element of the prime field."""
    output = begin(call, BLS381_MAP_TO_G1, G1_BYTES)
    if not call.bls381().map_to_g1(call.frame.input, output):
        call.halt()


def bls381_map_to_g2(call: HookCall) -> None:
    """Precompile 11: the point of G2 for an element of Fp2."""
    output = begin(call, BLS381_MAP_TO_G2, G2_BYTES)
    if not call.bls381().map_to_g2(call.frame.input, output):
        call.halt()


def begin(call: HookCall, gas: U64, output_bytes: U32) -> ByteView:
    """Charge, and make room for the output. Raises OutOfErgs and OutOfNative."""
    frame = call.frame
    frame.resources.charge(gas * ERGS_PER_GAS, gas * NATIVE_PER_GAS)
    output = call.memory.reserve(output_bytes)
    frame.output = output
    return output


def g1_msm_gas(count: U32) -> U64:
    """Gas of the sum of so many multiples; none are refused whatever they cost."""
    if count == 0:
        return U64(0)
    index = count if count < DISCOUNT_COUNT else DISCOUNT_COUNT
    discount = BLS381_G1_DISCOUNTS[index - 1]
    return U64(count) * BLS381_G1_TERM * discount // DISCOUNT_UNIT


def g2_msm_gas(count: U32) -> U64:
    """The same in G2."""
    if count == 0:
        return U64(0)
    index = count if count < DISCOUNT_COUNT else DISCOUNT_COUNT
    discount = BLS381_G2_DISCOUNTS[index - 1]
    return U64(count) * BLS381_G2_TERM * discount // DISCOUNT_UNIT


def pairing_gas(count: U32) -> U64:
    """Gas of a check of so many pairs."""
    return BLS381_PAIRING + BLS381_PAIRING_PAIR * U64(count)
