"""Hook 0x7001: sends what the messenger, a contract, says (v31 system spec 6.5)."""

from typing import Final

from zkos.guest.hooks.arguments import enter
from zkos.guest.hooks.call import HookCall
from zkos.guest.protocol.addresses import L1_MESSENGER
from zkos.lang.ints import U32, U256, Address

SENDER_BYTES: Final = U32(20)


def message_sender(call: HookCall) -> None:
    """Sender and message, packed -> nothing. Raises OutOfNative."""
    frame = call.frame
    if not enter(call, frame.caller == L1_MESSENGER):
        return
    data = frame.input
    if data.length() < SENDER_BYTES:
        call.revert()
        return
    high = U256(data.load_u128_be(0))
    sender = Address((high << 32) | U256(data.load_u32_be(16)))
    message = data.window(SENDER_BYTES, data.length() - SENDER_BYTES)
    call.system.io.pass_message(frame.resources, sender, message)
