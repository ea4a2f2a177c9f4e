"""Precompiles that the shipped system lacks, for OPTION_REAL_PRECOMPILES.

BLAKE2F at 9 and point evaluation at 0xa instead of their mocks, P-256 at 0x100. Native
prices are ours, generous estimates of RV32 cycles plus four for each delegated product.
"""

from typing import Final

from zkos.guest.crypto.blake2f import blake2f
from zkos.guest.crypto.kzg import BLS_MODULUS, FIELD_ELEMENTS_PER_BLOB, Kzg
from zkos.guest.crypto.p256 import P256
from zkos.guest.hooks.memory import HookMemory
from zkos.guest.system.calls import Exit, Frame
from zkos.lang.ints import U32, U64, U256

BLAKE2F_INPUT_BYTES: Final = U32(213)
FINAL_FLAG: Final = U32(212)
ERGS_BLAKE2F_ROUND: Final = U64(256)
NATIVE_BLAKE2F: Final = U64(20_000)
NATIVE_BLAKE2F_ROUND: Final = U64(3_000)
POINT_EVALUATION_INPUT_BYTES: Final = U32(192)
ERGS_POINT_EVALUATION: Final = U64(50_000 * 256)
NATIVE_POINT_EVALUATION: Final = U64(20_000_000)
P256_INPUT_BYTES: Final = U32(160)
ERGS_P256: Final = U64(3_450 * 256)
NATIVE_P256: Final = U64(1_000_000)


def blake2f_hook(memory: HookMemory, frame: Frame) -> Exit:
    """Precompile 09: the BLAKE2b compression function (EIP-152)."""
    data = frame.input
    if data.length() != BLAKE2F_INPUT_BYTES or data[FINAL_FLAG] > 1:
        return Exit.HALTED
    rounds = data.load_u32_be(0)
    frame.resources.charge(
        ERGS_BLAKE2F_ROUND * U64(rounds),
        NATIVE_BLAKE2F + NATIVE_BLAKE2F_ROUND * U64(rounds),
    )
    frame.output = memory.result.window(0, 64)
    blake2f(
        rounds,
        data.window(4, 64),
        data.window(68, 128),
        data.window(196, 16),
        data[FINAL_FLAG] == 1,
        frame.output,
    )
    return Exit.RETURNED


def point_evaluation_hook(kzg: Kzg, memory: HookMemory, frame: Frame) -> Exit:
    """Precompile 0a: that a blob's polynomial has a value at a point (EIP-4844)."""
    if frame.input.length() != POINT_EVALUATION_INPUT_BYTES:
        return Exit.HALTED
    frame.resources.charge(ERGS_POINT_EVALUATION, NATIVE_POINT_EVALUATION)
    if not kzg.evaluate_point(frame.input):
        return Exit.HALTED
    frame.output = memory.result.window(0, 64)
    frame.output.store_u256_be(0, FIELD_ELEMENTS_PER_BLOB)
    frame.output.store_u256_be(32, BLS_MODULUS)
    return Exit.RETURNED


def p256_hook(curve: P256, memory: HookMemory, frame: Frame) -> Exit:
    """Precompile 0x100: one for a valid signature, else nothing (RIP-7212)."""
    frame.resources.charge(ERGS_P256, NATIVE_P256)
    if frame.input.length() == P256_INPUT_BYTES and curve.verify(frame.input):
        frame.output = memory.result.window(0, 32)
        frame.output.store_u256_be(0, U256(1))
    return Exit.RETURNED
