"""System contract 0x800a: withdrawals of the base token to L1 (system spec 6.2).

Each sends a message in the contract's own name, through the messenger, and emits an
event of its own.
"""

from typing import Final

from zkos.guest.hooks.arguments import (
    bytes_argument,
    is_address,
    is_borrowed,
    padded_length,
    selector,
)
from zkos.guest.hooks.call import HookCall
from zkos.guest.hooks.l1_messenger import STRICT_OFFSET, send
from zkos.guest.protocol.addresses import BASE_TOKEN
from zkos.guest.protocol.environment import EVM_ENVIRONMENT
from zkos.guest.protocol.evm_native import NATIVE_COPY
from zkos.guest.system.calls import Frame
from zkos.guest.system.errors import Fatal
from zkos.lang.ints import U32, U64, U256
from zkos.lang.memory import ByteView

WITHDRAW: Final = U32(0x51CFF8D9)
"""`withdraw(address)`."""
WITHDRAW_WITH_MESSAGE: Final = U32(0x84BC3EB0)
"""`withdrawWithMessage(address,bytes)`."""
FINALIZE_WITHDRAWAL: Final = U32(0x6C0960F9)
"""Selector that L1 expects in front of the message."""
WITHDRAWAL: Final = U256(
    0x2717EAD6_B9200DD2_35AAD468_C9809EA4_00FE33AC_69B5BFAA_6D3E90FC_922B6398
)
"""Topic of `Withdrawal(address,address,uint256)`."""
WITHDRAWAL_WITH_MESSAGE: Final = U256(
    0xC405FE89_58410BBA_F0C73B7A_0C3E2085_9E86CA16_8A4C9B0D_EF9C54D2_555A306B
)
"""Topic of `WithdrawalWithMessage(address,address,uint256,bytes)`."""
WITHDRAW_BYTES: Final = U32(36)
WITHDRAW_WITH_MESSAGE_BYTES: Final = U32(68)
HEAD_BYTES: Final = U32(64)
"""Offset and length before an encoded message."""
MESSAGE_BYTES: Final = U32(56)
"""Selector, receiver, amount."""
LONG_MESSAGE_BYTES: Final = U32(76)
"""The same and the sender."""
EVENT_HEAD_BYTES: Final = U32(96)
"""Amount, offset and length before the data of the event."""
EVENT_OFFSET: Final = U256(64)


def base_token(call: HookCall) -> None:
    """Run a call of the base token. Raises OutOfErgs, OutOfNative and Fatal."""
    if not run_method(call):
        call.revert()


def run_method(call: HookCall) -> bool:
    """Run the method called; False for calls it does not accept."""
    if is_borrowed(call):
        return False
    method = selector(call.frame)
    if call.frame.static:
        return False
    if method == WITHDRAW:
        return withdraw(call)
    if method == WITHDRAW_WITH_MESSAGE:
        return withdraw_with_message(call)
    return False


def withdraw(call: HookCall) -> bool:
    """Burn the value and tell L1 who gets it; False for calldata it cannot read."""
    frame = call.frame
    data = frame.input
    if data.length() < WITHDRAW_BYTES:
        return False
    burn(call)
    if not is_address(data.load_u256_be(4)):
        return False
    encoded = encode_message(call, MESSAGE_BYTES)
    message = encoded.window(HEAD_BYTES, MESSAGE_BYTES)
    put_withdrawal(message, frame)
    send(call, BASE_TOKEN, message, encoded)
    amount = call.memory.result.window(0, 32)
    amount.store_u256_be(0, frame.value)
    emit(call, WITHDRAWAL, amount)
    return True


def withdraw_with_message(call: HookCall) -> bool:
    """The same with the sender and data of its choice."""
    frame = call.frame
    data = frame.input
    if data.length() < WITHDRAW_WITH_MESSAGE_BYTES:
        return False
    inside, extra = bytes_argument(data, data.load_u256_be(36))
    if not inside or not is_address(data.load_u256_be(4)):
        return False
    burn(call)

    length = LONG_MESSAGE_BYTES + extra.length()
    charge_copy(call, HEAD_BYTES + padded_length(length))
    encoded = encode_message(call, length)
    message = encoded.window(HEAD_BYTES, length)
    # The address fills bytes 56 to 76; its word begins twelve bytes earlier, in what
    # is written after it.
    message.store_u256_be(44, U256(frame.caller))
    put_withdrawal(message, frame)
    message.window(LONG_MESSAGE_BYTES, extra.length()).copy_from(extra)
    send(call, BASE_TOKEN, message, encoded)

    size = EVENT_HEAD_BYTES + padded_length(extra.length())
    charge_copy(call, size)
    event = call.memory.reserve(size)
    event.store_u256_be(0, frame.value)
    event.store_u256_be(32, EVENT_OFFSET)
    event.store_u256_be(64, U256(extra.length()))
    event.window(EVENT_HEAD_BYTES, size - EVENT_HEAD_BYTES).fill(0)
    event.window(EVENT_HEAD_BYTES, extra.length()).copy_from(extra)
    emit(call, WITHDRAWAL_WITH_MESSAGE, event)
    return True


def burn(call: HookCall) -> None:
    """Take the value, just received, out of circulation. Raises Fatal."""
    frame = call.frame
    io = call.system.io
    if io.account(BASE_TOKEN).balance < frame.value:
        raise Fatal
    io.sub_balance(EVM_ENVIRONMENT, frame.resources, BASE_TOKEN, frame.value)


def charge_copy(call: HookCall, length: U32) -> None:
    """Pay native for bytes put together. Raises OutOfNative."""
    call.frame.resources.charge(U64(0), NATIVE_COPY + U64(length))


def encode_message(call: HookCall, length: U32) -> ByteView:
    """A message as calldata of the messenger has it, its bytes still to be written."""
    size = HEAD_BYTES + padded_length(length)
    encoded = call.memory.reserve(size)
    encoded.fill(0)
    encoded.store_u256_be(0, STRICT_OFFSET)
    encoded.store_u256_be(32, U256(length))
    return encoded


def put_withdrawal(message: ByteView, frame: Frame) -> None:
    """Write selector, receiver (as in the calldata) and amount."""
    message.store_u32_be(0, FINALIZE_WITHDRAWAL)
    message.window(4, 20).copy_from(frame.input.window(16, 20))
    message.store_u256_be(24, frame.value)


def emit(call: HookCall, topic: U256, data: ByteView) -> None:
    """Emit the contract's own event. Raises OutOfErgs and OutOfNative."""
    frame = call.frame
    topics = call.memory.topics
    topics.truncate(0)
    topics.append(topic)
    topics.append(U256(frame.caller))
    topics.append(frame.input.load_u256_be(4))
    io = call.system.io
    io.emit_event(EVM_ENVIRONMENT, frame.resources, BASE_TOKEN, topics, data)
