"""System contract 0x8008: messages to L1 (system spec 6.1)."""

from typing import Final

from zkos.guest.hooks.arguments import (
    SELECTOR_BYTES,
    bytes_argument,
    is_borrowed,
    selector,
)
from zkos.guest.hooks.call import HookCall
from zkos.guest.protocol.addresses import L1_MESSENGER
from zkos.guest.protocol.environment import EVM_ENVIRONMENT
from zkos.guest.protocol.io_ergs import message_ergs
from zkos.lang.ints import U32, U64, U256, Address, Bytes32
from zkos.lang.memory import ByteView

SEND_TO_L1: Final = U32(0x62F84B24)
"""`sendToL1(bytes)`."""
L1_MESSAGE_SENT: Final = U256(
    0x3A36E472_91F4201F_AF137FAB_081D9229_5BCE2D53_BE2C6CA6_8BA82C7F_AA9CE241
)
"""Topic of `L1MessageSent(address,bytes32,bytes)`."""
ARGUMENTS_BYTES: Final = U32(36)
STRICT_OFFSET: Final = U256(32)


def l1_messenger(call: HookCall) -> None:
    """Run a call of the messenger. Raises OutOfErgs and OutOfNative."""
    if not send_to_l1(call):
        call.revert()


def send_to_l1(call: HookCall) -> bool:
    """The only method; False for calls it does not accept."""
    frame = call.frame
    if is_borrowed(call) or frame.value != 0:
        return False
    if selector(frame) != SEND_TO_L1 or frame.static:
        return False
    data = frame.input
    if data.length() < ARGUMENTS_BYTES or data.load_u256_be(4) != STRICT_OFFSET:
        return False
    inside, message = bytes_argument(data, STRICT_OFFSET)
    arguments = data.length() - SELECTOR_BYTES
    if not inside or (arguments & 31) != 0:
        return False
    encoded = data.window(SELECTOR_BYTES, arguments)
    digest = send(call, frame.caller, message, encoded)
    result = call.memory.result
    result.store_u256_be(0, U256(digest))
    frame.output = result.window(0, 32)
    return True


def send(
    call: HookCall, sender: Address, message: ByteView, encoded: ByteView
) -> Bytes32:
    """Emit the message and its event, of which `encoded` is the data; its hash.

    Gas is charged as the EVM would, whoever calls. Raises OutOfErgs and OutOfNative.
    """
    io = call.system.io
    resources = call.frame.resources
    resources.charge(message_ergs(message.length()), U64(0))
    digest = io.emit_l1_message(resources, sender, message)
    topics = call.memory.topics
    topics.truncate(0)
    topics.append(L1_MESSAGE_SENT)
    topics.append(U256(sender))
    topics.append(U256(digest))
    io.emit_event(EVM_ENVIRONMENT, resources, L1_MESSENGER, topics, encoded)
    return digest
