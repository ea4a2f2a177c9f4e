"""Precompiles 02 SHA2-256, 03 RIPEMD-160 and 04 identity (system spec 5)."""

from typing import Final

from zkos.guest.crypto.ripemd160 import ripemd160
from zkos.guest.crypto.sha256 import sha256
from zkos.guest.hooks.call import HookCall
from zkos.guest.protocol.precompile_native import (
    NATIVE_RIPEMD160,
    NATIVE_RIPEMD160_BLOCK,
    NATIVE_SHA256,
    NATIVE_SHA256_BLOCK,
    RIPEMD160_COSTS_LESS,
)
from zkos.lang.ints import U32, U64

ERGS_SHA256: Final = U64(60 * 256)
ERGS_SHA256_WORD: Final = U64(12 * 256)
ERGS_RIPEMD160: Final = U64(600 * 256)
ERGS_RIPEMD160_WORD: Final = U64(120 * 256)
ERGS_IDENTITY: Final = U64(15 * 256)
ERGS_IDENTITY_WORD: Final = U64(3 * 256)
NATIVE_IDENTITY: Final = U64(20)
NATIVE_IDENTITY_BYTE: Final = U64(10)
PADDING_FITS: Final = U32(55)
"""Most bytes of a last block that leave room for the padding of either hash."""


def words(length: U32) -> U64:
    """32-byte words that hold `length` bytes."""
    return (U64(length) + 31) >> 5


def sha256_ergs(length: U32) -> U64:
    """Ergs of SHA2-256."""
    return ERGS_SHA256 + ERGS_SHA256_WORD * words(length)


def ripemd160_ergs(length: U32) -> U64:
    """Ergs of RIPEMD-160."""
    return ERGS_RIPEMD160 + ERGS_RIPEMD160_WORD * words(length)


def identity_ergs(length: U32) -> U64:
    """Ergs of the identity."""
    return ERGS_IDENTITY + ERGS_IDENTITY_WORD * words(length)


def identity_native(length: U32) -> U64:
    """Native price of the identity."""
    return NATIVE_IDENTITY + NATIVE_IDENTITY_BYTE * U64(length)


def hash_native(length: U32) -> U64:
    """Native price of SHA2-256, and of RIPEMD-160 where that costs the same."""
    blocks = U64(length >> 6) + 1
    if (length & 63) > PADDING_FITS:
        blocks = blocks + 1
    return NATIVE_SHA256 + NATIVE_SHA256_BLOCK * blocks


def ripemd160_native(length: U32) -> U64:
    """Native price of RIPEMD-160 where it costs less."""
    blocks = U64(length >> 6) + 1
    if (length & 63) > PADDING_FITS:
        blocks = blocks + 1
    return NATIVE_RIPEMD160 + NATIVE_RIPEMD160_BLOCK * blocks


def sha256_hook(call: HookCall) -> None:
    """Precompile 02."""
    frame = call.frame
    data = frame.input
    length = data.length()
    frame.resources.charge(sha256_ergs(length), hash_native(length))
    frame.output = call.memory.result.window(0, 32)
    sha256(data, frame.output)


def ripemd160_hook(call: HookCall) -> None:
    """Precompile 03: the hash after 12 zero bytes."""
    frame = call.frame
    data = frame.input
    length = data.length()
    if RIPEMD160_COSTS_LESS:
        frame.resources.charge(ripemd160_ergs(length), ripemd160_native(length))
    else:
        frame.resources.charge(ripemd160_ergs(length), hash_native(length))
    result = call.memory.result
    result.window(0, 12).fill(0)
    ripemd160(data, result.window(12, 20))
    frame.output = result.window(0, 32)


def identity(call: HookCall) -> None:
    """Precompile 04; the runner copies the input on return."""
    frame = call.frame
    length = frame.input.length()
    frame.resources.charge(identity_ergs(length), identity_native(length))
    frame.output = frame.input
