"""System contract 0x8008: messages to L1 (system spec 6.1)."""

from typing import Final

from zkos.guest.hooks.arguments import SELECTOR_BYTES, bytes_argument, selector
from zkos.guest.hooks.memory import HookMemory
from zkos.guest.protocol.addresses import L1_MESSENGER
from zkos.guest.state.system import System
from zkos.guest.system.calls import Exit, Frame
from zkos.lang.ints import U32, U256, Bytes32
from zkos.lang.memory import ByteView

SEND_TO_L1: Final = U32(0x62F84B24)
"""`sendToL1(bytes)`."""
L1_MESSAGE_SENT: Final = U256(
    0x3A36E472_91F4201F_AF137FAB_081D9229_5BCE2D53_BE2C6CA6_8BA82C7F_AA9CE241
)
"""Topic of `L1MessageSent(address,bytes32,bytes)`."""
ARGUMENTS_BYTES: Final = U32(36)
STRICT_OFFSET: Final = U256(32)


def l1_messenger(system: System, memory: HookMemory, frame: Frame) -> Exit:
    """Run a call of the messenger.

    Raises OutOfErgs, OutOfNative and, for a caller without environment, Fatal.
    """
    if frame.value != 0:
        return Exit.REVERTED
    if selector(frame) != SEND_TO_L1 or frame.static:
        return Exit.REVERTED
    data = frame.input
    if data.length() < ARGUMENTS_BYTES or data.load_u256_be(4) != STRICT_OFFSET:
        return Exit.REVERTED
    inside, message = bytes_argument(data, STRICT_OFFSET)
    arguments = data.length() - SELECTOR_BYTES
    if not inside or (arguments & 31) != 0:
        return Exit.REVERTED
    digest = send(system, memory, frame, message)
    memory.result.store_u256_be(0, U256(digest))
    frame.output = memory.result.window(0, 32)
    return Exit.RETURNED


def send(
    system: System, memory: HookMemory, frame: Frame, message: ByteView
) -> Bytes32:
    """Emit the message and its event; the message's hash."""
    io = system.io
    environment = frame.environment
    resources = frame.resources
    caller = frame.caller
    digest = io.emit_l1_message(environment, resources, caller, message)
    topics = memory.topics
    topics.truncate(0)
    topics.append(L1_MESSAGE_SENT)
    topics.append(U256(caller))
    topics.append(U256(digest))
    data = frame.input
    content = data.window(SELECTOR_BYTES, data.length() - SELECTOR_BYTES)
    io.emit_event(environment, resources, L1_MESSENGER, topics, content)
    return digest
