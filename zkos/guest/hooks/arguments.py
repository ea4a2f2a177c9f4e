"""ABI arguments in the calldata of a system contract, and its common entry."""

from typing import Final

from zkos.guest.hooks.call import HookCall
from zkos.guest.protocol.io_ergs import ERGS_SYSTEM_CONTRACT
from zkos.guest.protocol.limits import MAX_U32
from zkos.guest.protocol.native import NATIVE_SYSTEM_CONTRACT
from zkos.guest.system.calls import Frame, Scheme
from zkos.lang.ints import U32, U64, U256
from zkos.lang.memory import ByteView

SELECTOR_BYTES: Final = U32(4)
NO_SELECTOR: Final = U32(0)
"""Stands for calldata without a selector; no method has it."""
ADDRESS_BITS: Final = U32(160)


def is_borrowed(call: HookCall) -> bool:
    """Whether another account's frame would run the contract, which none allows.

    Such a call fails before it pays anything.
    """
    return call.scheme is Scheme.DELEGATE or call.scheme is Scheme.CALLCODE


def enter(call: HookCall, allowed: bool) -> bool:
    """Whether a hook may begin that only some callers have (v31 system spec 6).

    For others it is an account without code. It charges no gas. Raises OutOfNative.
    """
    frame = call.frame
    if not allowed:
        return False
    if is_borrowed(call) or frame.value != 0:
        call.revert()
        return False
    frame.resources.charge(U64(0), NATIVE_SYSTEM_CONTRACT)
    if frame.static:
        call.revert()
        return False
    return True


def selector(frame: Frame) -> U32:
    """Pay the entry price and take the selector.

    Raises OutOfErgs and OutOfNative.
    """
    frame.resources.charge(ERGS_SYSTEM_CONTRACT, NATIVE_SYSTEM_CONTRACT)
    if frame.input.length() < SELECTOR_BYTES:
        return NO_SELECTOR
    return frame.input.load_u32_be(0)


def is_address(word: U256) -> bool:
    """Whether the twelve high bytes of an address argument are zero."""
    return word >> ADDRESS_BITS == 0


def bytes_argument(data: ByteView, offset: U256) -> tuple[bool, ByteView]:
    """The `bytes` whose length word lies `offset` after the selector.

    False if any of it is outside the calldata.
    """
    empty = data.window(0, 0)
    if offset > MAX_U32:
        return False, empty
    size = U64(data.length())
    start = U64(offset) + 36
    if size < start:
        return False, empty
    length = data.load_u256_be(U32(start) - 32)
    if length > U256(size - start):
        return False, empty
    return True, data.window(U32(start), U32(length))


def padded_length(length_bytes: U32) -> U32:
    """The length rounded up to whole words."""
    return (length_bytes + 31) & 0xFFFFFFE0
