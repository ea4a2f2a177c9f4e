"""Precompile 05: modular exponentiation (EIP-198, price of EIP-2565)."""

from typing import Final

from zkos.guest.hooks.call import HookCall
from zkos.guest.hooks.memory import HookMemory, copy_padded
from zkos.guest.hooks.modexp_gas import HEAD_BYTES, price
from zkos.guest.hooks.modexp_native import native_price
from zkos.guest.protocol.limits import MAX_U32
from zkos.guest.protocol.precompile_native import NATIVE_MODEXP
from zkos.guest.system.errors import Fatal, OutOfErgs
from zkos.guest.system.resources import ERGS_PER_GAS
from zkos.lang.ints import U32, U64, U256
from zkos.lang.memory import ByteView

ERGS_MINIMUM: Final = U64(200 * 256)
HEADER_BYTES: Final = U32(96)
MAX_ROOM_BYTES: Final = U64(1 << 26)
"""Far beyond what the native limit can pay for."""


def modexp(call: HookCall) -> None:
    """Precompile 05: lengths of base, exponent, modulus, then the three.

    Raises OutOfErgs, also without room for the result, OutOfNative and Fatal.
    """
    frame = call.frame
    resources = frame.resources
    if resources.ergs < ERGS_MINIMUM or resources.native < NATIVE_MODEXP:
        raise OutOfErgs
    header = call.memory.padded(frame.input, HEADER_BYTES)
    base_length = header.load_u256_be(0)
    exponent_length = header.load_u256_be(32)
    modulus_length = header.load_u256_be(64)
    if base_length > MAX_U32 or modulus_length > MAX_U32:
        call.halt()
        return
    if base_length == 0 and modulus_length == 0:
        resources.charge(ERGS_MINIMUM, NATIVE_MODEXP)
        return
    if exponent_length > MAX_U32:
        call.halt()
        return

    data = frame.input
    if data.length() > HEADER_BYTES:
        data = data.window(HEADER_BYTES, data.length() - HEADER_BYTES)
    else:
        data = data.window(0, 0)
    base = U64(base_length)
    exponent = U64(exponent_length)
    modulus = U64(modulus_length)
    head = exponent_head(call.memory, data, base, exponent)
    gas = price(base, exponent, modulus, head)
    native = native_price(data, base, exponent, modulus, head)
    resources.charge(gas * ERGS_PER_GAS, native)
    if modulus > U64(call.system.return_memory.room()):
        raise OutOfErgs
    compute(call, data, base, exponent, modulus)


def exponent_head(memory: HookMemory, data: ByteView, base: U64, length: U64) -> U256:
    """The first 32 bytes of the exponent, or all of a shorter one, as a number."""
    if length > HEAD_BYTES:
        length = HEAD_BYTES
    head = memory.result.window(0, 32)
    head.fill(0)
    copy_padded(data, base, head.window(U32(32) - U32(length), U32(length)))
    return head.load_u256_be(0)


def compute(
    call: HookCall, data: ByteView, base: U64, exponent: U64, modulus: U64
) -> None:
    """Lay out the padded operands, then the result behind them."""
    if base + exponent + (modulus << 1) > MAX_ROOM_BYTES:
        raise Fatal
    room = call.memory.reserve(U32(base + exponent + (modulus << 1)))
    operands = room.window(0, U32(base + exponent + modulus))
    copy_padded(data, U64(0), operands)
    output = room.window(U32(base + exponent + modulus), U32(modulus))
    call.frame.output = output
    if modulus == 0:
        return
    call.system.modexp().run(
        operands.window(0, U32(base)),
        operands.window(U32(base), U32(exponent)),
        operands.window(U32(base + exponent), U32(modulus)),
        output,
    )
