"""Signature recovery: precompile 01 and the bootloader's check of L2 signatures."""

from typing import Final

from zkos.guest.hooks.call import HookCall
from zkos.guest.protocol.precompile_native import NATIVE_ECRECOVER
from zkos.guest.state.system import System
from zkos.guest.system.resources import Resources
from zkos.lang.ints import U32, U64, U256, Address

ERGS_ECRECOVER: Final = U64(3_000 * 256)
INPUT_BYTES: Final = U32(128)
V_EVEN: Final = U256(27)
V_ODD: Final = U256(28)


def recover_signer(
    system: System, resources: Resources, digest: U256, v: U256, r: U256, s: U256
) -> tuple[bool, Address]:
    """The address that signed `digest`; False if there is none.

    Raises OutOfErgs and OutOfNative.
    """
    resources.charge(ERGS_ECRECOVER, NATIVE_ECRECOVER)
    if v != V_EVEN and v != V_ODD:
        return False, Address(0)
    return system.secp256k1().recover(digest, r, s, v == V_ODD)


def ecrecover(call: HookCall) -> None:
    """Precompile 01: digest, v, r, s -> padded address, or nothing."""
    frame = call.frame
    data = call.memory.padded(frame.input, INPUT_BYTES)
    known, signer = recover_signer(
        call.system,
        frame.resources,
        data.load_u256_be(0),
        data.load_u256_be(32),
        data.load_u256_be(64),
        data.load_u256_be(96),
    )
    if known:
        result = call.memory.result
        result.store_u256_be(0, U256(signer))
        frame.output = result.window(0, 32)
