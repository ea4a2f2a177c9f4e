"""Precompiles that no production system has, for OPTION_EXTRA_PRECOMPILES.

BLAKE2F at 09, and point evaluation at 0a with the prices of the test images (system
spec 5).
"""

from typing import Final

from zkos.guest.crypto.blake2f import blake2f
from zkos.guest.crypto.kzg import BLS_MODULUS, FIELD_ELEMENTS_PER_BLOB
from zkos.guest.hooks.call import HookCall
from zkos.guest.protocol.precompile_native import (
    NATIVE_BLAKE2F,
    NATIVE_BLAKE2F_ROUND,
)
from zkos.lang.ints import U32, U64

BLAKE2F_INPUT_BYTES: Final = U32(213)
FINAL_FLAG: Final = U32(212)
ERGS_BLAKE2F_ROUND: Final = U64(256)
POINT_EVALUATION_INPUT_BYTES: Final = U32(192)
ERGS_POINT_EVALUATION: Final = U64(50_000 * 256)
NATIVE_POINT_EVALUATION: Final = U64(63_104_000)


def blake2f_native(rounds: U32) -> U64:
    """Native price of so many rounds."""
    return NATIVE_BLAKE2F + NATIVE_BLAKE2F_ROUND * U64(rounds)


def blake2f_hook(call: HookCall) -> None:
    """Precompile 09: the BLAKE2b compression function (EIP-152)."""
    frame = call.frame
    data = frame.input
    if data.length() != BLAKE2F_INPUT_BYTES or data[FINAL_FLAG] > 1:
        call.halt()
        return
    rounds = data.load_u32_be(0)
    ergs = ERGS_BLAKE2F_ROUND * U64(rounds)
    frame.resources.charge(ergs, blake2f_native(rounds))
    frame.output = call.memory.result.window(0, 64)
    blake2f(
        rounds,
        data.window(4, 64),
        data.window(68, 128),
        data.window(196, 16),
        data[FINAL_FLAG] == 1,
        frame.output,
    )


def point_evaluation(call: HookCall) -> None:
    """Precompile 0a: that a blob's polynomial has a value at a point (EIP-4844)."""
    frame = call.frame
    if frame.input.length() != POINT_EVALUATION_INPUT_BYTES:
        call.halt()
        return
    frame.resources.charge(ERGS_POINT_EVALUATION, NATIVE_POINT_EVALUATION)
    if not call.kzg().evaluate_point(frame.input):
        call.halt()
        return
    frame.output = call.memory.result.window(0, 64)
    frame.output.store_u256_be(0, FIELD_ELEMENTS_PER_BLOB)
    frame.output.store_u256_be(32, BLS_MODULUS)
