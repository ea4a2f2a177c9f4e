"""Hook 0x7100: makes ether for the base token, a contract (v31 system spec 6.7)."""

from typing import Final

from zkos.guest.hooks.arguments import enter
from zkos.guest.hooks.call import HookCall
from zkos.guest.protocol.addresses import BASE_TOKEN
from zkos.guest.protocol.environment import EVM_ENVIRONMENT
from zkos.guest.system.errors import Fatal, InsufficientBalance
from zkos.lang.ints import U32

AMOUNT_BYTES: Final = U32(32)


def minter(call: HookCall) -> None:
    """An amount in wei -> nothing. Raises OutOfErgs, OutOfNative and Fatal."""
    frame = call.frame
    if not enter(call, frame.caller == BASE_TOKEN):
        return
    data = frame.input
    if data.length() != AMOUNT_BYTES:
        call.revert()
        return
    amount = data.load_u256_be(0)
    has_room = True
    try:
        call.system.io.add_balance(EVM_ENVIRONMENT, frame.resources, BASE_TOKEN, amount)
    except InsufficientBalance:
        has_room = False
    if not has_room:
        raise Fatal
