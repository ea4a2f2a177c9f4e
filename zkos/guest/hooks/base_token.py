"""System contract 0x800a: withdrawals of the base token to L1 (system spec 6.2)."""

from typing import Final

from zkos.guest.hooks.arguments import bytes_argument, is_address, selector
from zkos.guest.hooks.memory import HookMemory
from zkos.guest.protocol.addresses import BASE_TOKEN
from zkos.guest.state.system import System
from zkos.guest.system.calls import Exit, Frame
from zkos.guest.system.errors import Fatal
from zkos.lang.ints import U32, U256
from zkos.lang.memory import ByteView

WITHDRAW: Final = U32(0x51CFF8D9)
"""`withdraw(address)`."""
WITHDRAW_WITH_MESSAGE: Final = U32(0x84BC3EB0)
"""`withdrawWithMessage(address,bytes)`."""
FINALIZE_WITHDRAWAL: Final = U32(0x6C0960F9)
"""Selector that L1 expects in front of the message."""
WITHDRAW_BYTES: Final = U32(36)
WITHDRAW_WITH_MESSAGE_BYTES: Final = U32(68)
MESSAGE_BYTES: Final = U32(56)
"""Selector, receiver, amount."""
LONG_MESSAGE_BYTES: Final = U32(76)
"""The same and the sender."""


def base_token(system: System, memory: HookMemory, frame: Frame) -> Exit:
    """Run a call of the base token.

    Raises OutOfErgs, OutOfNative and Fatal.
    """
    match selector(frame):
        case 0x51CFF8D9:
            return withdraw(system, memory, frame)
        case 0x84BC3EB0:
            return withdraw_with_message(system, memory, frame)
        case _:
            return Exit.REVERTED


def withdraw(system: System, memory: HookMemory, frame: Frame) -> Exit:
    """Burn the value and tell L1 who gets it."""
    data = frame.input
    if frame.static or data.length() < WITHDRAW_BYTES:
        return Exit.REVERTED
    burn(system, frame)
    if not is_address(data.load_u256_be(4)):
        return Exit.REVERTED
    message = memory.reserve(MESSAGE_BYTES)
    put_withdrawal(message, frame)
    system.io.emit_l1_message(frame.environment, frame.resources, frame.caller, message)
    return Exit.RETURNED


def withdraw_with_message(system: System, memory: HookMemory, frame: Frame) -> Exit:
    """The same with the sender and data of its choice; the receiver is not checked."""
    data = frame.input
    if frame.static or data.length() < WITHDRAW_WITH_MESSAGE_BYTES:
        return Exit.REVERTED
    inside, extra = bytes_argument(data, data.load_u256_be(36))
    if not inside:
        return Exit.REVERTED
    burn(system, frame)
    message = memory.reserve(LONG_MESSAGE_BYTES + extra.length())
    # The address fills bytes 56 to 76; its word begins twelve bytes earlier, in what
    # is written after it.
    message.store_u256_be(44, U256(frame.caller))
    put_withdrawal(message, frame)
    message.window(LONG_MESSAGE_BYTES, extra.length()).copy_from(extra)
    system.io.emit_l1_message(frame.environment, frame.resources, frame.caller, message)
    return Exit.RETURNED


def burn(system: System, frame: Frame) -> None:
    """Take the value, just received, out of circulation."""
    account = system.io.account(BASE_TOKEN)
    if account.balance < frame.value:
        raise Fatal
    system.io.sub_balance(frame.environment, frame.resources, BASE_TOKEN, frame.value)


def put_withdrawal(message: ByteView, frame: Frame) -> None:
    """Write selector, receiver (as in the calldata) and amount."""
    message.store_u32_be(0, FINALIZE_WITHDRAWAL)
    message.window(4, 20).copy_from(frame.input.window(16, 20))
    message.store_u256_be(24, frame.value)
