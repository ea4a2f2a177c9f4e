"""Precompiles 06 to 08: the curve bn254 (EIP-196, EIP-197, prices of EIP-1108)."""

from typing import Final

from zkos.guest.hooks.memory import HookMemory
from zkos.guest.state.system import System
from zkos.guest.system.calls import Exit, Frame
from zkos.lang.ints import U32, U64

ERGS_ADD: Final = U64(150 * 256)
ERGS_MUL: Final = U64(6_000 * 256)
ERGS_PAIRING: Final = U64(45_000 * 256)
ERGS_PAIRING_PAIR: Final = U64(34_000 * 256)
NATIVE_ADD: Final = U64(52_600)
NATIVE_MUL: Final = U64(1_073_000)
NATIVE_PAIRING: Final = U64(15_000_000)
NATIVE_PAIRING_PAIR: Final = U64(15_000_000)
ADD_INPUT_BYTES: Final = U32(128)
MUL_INPUT_BYTES: Final = U32(96)
PAIR_BYTES: Final = U32(192)


def bn254_add(system: System, memory: HookMemory, frame: Frame) -> Exit:
    """Precompile 06: the sum of two points."""
    frame.resources.charge(ERGS_ADD, NATIVE_ADD)
    frame.output = memory.result.window(0, 64)
    data = memory.padded(frame.input, ADD_INPUT_BYTES)
    if not system.bn254().add(data, frame.output):
        return Exit.HALTED
    return Exit.RETURNED


def bn254_mul(system: System, memory: HookMemory, frame: Frame) -> Exit:
    """Precompile 07: a point times a scalar."""
    frame.resources.charge(ERGS_MUL, NATIVE_MUL)
    frame.output = memory.result.window(0, 64)
    data = memory.padded(frame.input, MUL_INPUT_BYTES)
    if not system.bn254().mul(data, frame.output):
        return Exit.HALTED
    return Exit.RETURNED


def bn254_pairing(system: System, memory: HookMemory, frame: Frame) -> Exit:
    """Precompile 08: whether the product of the pairings is one."""
    data = frame.input
    pairs = data.length() // PAIR_BYTES
    frame.resources.charge(
        ERGS_PAIRING + ERGS_PAIRING_PAIR * U64(pairs),
        NATIVE_PAIRING + NATIVE_PAIRING_PAIR * U64(pairs),
    )
    if pairs * PAIR_BYTES != data.length():
        return Exit.HALTED
    frame.output = memory.result.window(0, 32)
    if not system.bn254().pairing(data, frame.output):
        return Exit.HALTED
    return Exit.RETURNED
