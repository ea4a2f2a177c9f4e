"""Precompile 0x100: signatures on the curve secp256r1 (EIP-7951)."""

from typing import Final

from zkos.guest.hooks.call import HookCall
from zkos.lang.ints import U32, U64, U256

ERGS_P256: Final = U64(6_900 * 256)
NATIVE_P256: Final = U64(784_000)
INPUT_BYTES: Final = U32(160)
VALID: Final = U256(1)


def p256_verify(call: HookCall) -> None:
    """h, r, s, x, y -> one for a valid signature, else nothing."""
    frame = call.frame
    frame.resources.charge(ERGS_P256, NATIVE_P256)
    data = frame.input
    if data.length() == INPUT_BYTES and call.p256().verify(data):
        frame.output = call.memory.result.window(0, 32)
        frame.output.store_u256_be(0, VALID)
