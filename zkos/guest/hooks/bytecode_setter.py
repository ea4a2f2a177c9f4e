"""Deployment by decree, for upgrades and the deployer (v31 system spec 6.6).

Hook 0x7002, which the deployer and the upgrader call, and what is left at 0x8006 for
upgrades that were written for the version before.
"""

from typing import Final

from zkos.guest.hooks.arguments import SELECTOR_BYTES, enter, is_address
from zkos.guest.hooks.call import HookCall
from zkos.guest.hooks.contract_deployer import SET_BYTECODE_DETAILS
from zkos.guest.protocol.addresses import COMPLEX_UPGRADER, CONTRACT_DEPLOYER
from zkos.guest.protocol.io_ergs import ERGS_FORCED_CODE_BYTE
from zkos.guest.protocol.limits import CODE_BYTES
from zkos.guest.system.errors import Fatal
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import ByteView

ARGUMENTS_BYTES: Final = U32(128)


def bytecode_setter(call: HookCall) -> None:
    """Address, BLAKE2s of the plain code, length, its keccak-256 -> nothing.

    Raises OutOfErgs, OutOfNative and, for what is no address or a code of another
    length, Fatal.
    """
    frame = call.frame
    caller = frame.caller
    if not enter(call, caller == CONTRACT_DEPLOYER or caller == COMPLEX_UPGRADER):
        return
    data = frame.input
    if data.length() < ARGUMENTS_BYTES:
        call.revert()
        return
    if not is_address(data.load_u256_be(0)):
        raise Fatal
    set_code(call, data)


def upgrade_deployer(call: HookCall) -> None:
    """The same as a method, for upgrades only; raises Fatal only for the code."""
    frame = call.frame
    if not enter(call, frame.caller == COMPLEX_UPGRADER):
        return
    data = frame.input
    if data.length() < SELECTOR_BYTES + ARGUMENTS_BYTES:
        call.revert()
        return
    arguments = data.window(SELECTOR_BYTES, data.length() - SELECTOR_BYTES)
    is_method = data.load_u32_be(0) == SET_BYTECODE_DETAILS
    if not is_method or not is_address(arguments.load_u256_be(0)):
        call.revert()
        return
    set_code(call, arguments)


def set_code(call: HookCall, arguments: ByteView) -> None:
    """Pay for the code and set it. Raises OutOfErgs, OutOfNative and Fatal."""
    length = arguments.load_u256_be(64)
    if length > U256(CODE_BYTES):
        call.revert()
        return
    resources = call.frame.resources
    resources.charge(ERGS_FORCED_CODE_BYTE * U64(length), U64(0))
    call.system.io.set_bytecode_details(
        resources,
        Address(arguments.load_u256_be(0)),
        arguments.load_u256_be(32),
        U32(length),
        arguments.load_u256_be(96),
    )
