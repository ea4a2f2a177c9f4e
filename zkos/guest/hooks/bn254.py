"""Precompiles 06 to 08: the curve bn254 (EIP-196, EIP-197, prices of EIP-1108)."""

from typing import Final

from zkos.guest.hooks.call import HookCall
from zkos.guest.protocol.precompile_native import (
    NATIVE_BN254_ADD,
    NATIVE_BN254_MUL,
    NATIVE_PAIRING,
    NATIVE_PAIRING_PAIR,
)
from zkos.lang.ints import U32, U64

ERGS_ADD: Final = U64(150 * 256)
ERGS_MUL: Final = U64(6_000 * 256)
ERGS_PAIRING: Final = U64(45_000 * 256)
ERGS_PAIRING_PAIR: Final = U64(34_000 * 256)
ADD_INPUT_BYTES: Final = U32(128)
MUL_INPUT_BYTES: Final = U32(96)
PAIR_BYTES: Final = U32(192)


def bn254_add(call: HookCall) -> None:
    """Precompile 06: the sum of two points."""
    frame = call.frame
    frame.resources.charge(ERGS_ADD, NATIVE_BN254_ADD)
    frame.output = call.memory.result.window(0, 64)
    data = call.memory.padded(frame.input, ADD_INPUT_BYTES)
    if not call.system.bn254().add(data, frame.output):
        call.halt()


def bn254_mul(call: HookCall) -> None:
    """Precompile 07: a point times a scalar."""
    frame = call.frame
    frame.resources.charge(ERGS_MUL, NATIVE_BN254_MUL)
    frame.output = call.memory.result.window(0, 64)
    data = call.memory.padded(frame.input, MUL_INPUT_BYTES)
    if not call.system.bn254().mul(data, frame.output):
        call.halt()


def pairing_ergs(pairs: U32) -> U64:
    """The price of a pairing check in ergs."""
    return ERGS_PAIRING + ERGS_PAIRING_PAIR * U64(pairs)


def pairing_native(pairs: U32) -> U64:
    """The same in native."""
    return NATIVE_PAIRING + NATIVE_PAIRING_PAIR * U64(pairs)


def bn254_pairing(call: HookCall) -> None:
    """Precompile 08: whether the product of the pairings is one."""
    frame = call.frame
    data = frame.input
    pairs = data.length() // PAIR_BYTES
    frame.resources.charge(pairing_ergs(pairs), pairing_native(pairs))
    frame.output = call.memory.result.window(0, 32)
    if pairs * PAIR_BYTES != data.length():
        call.halt()
    elif not call.system.bn254().pairing(data, frame.output):
        call.halt()
