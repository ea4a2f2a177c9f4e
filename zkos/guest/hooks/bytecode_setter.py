"""Hook 0x7002: deployment by decree, for upgrades and the deployer (v31 7.2)."""

from typing import Final

from zkos.guest.hooks.arguments import enter, is_address
from zkos.guest.hooks.call import HookCall
from zkos.guest.protocol.addresses import COMPLEX_UPGRADER, CONTRACT_DEPLOYER
from zkos.guest.protocol.io_ergs import ERGS_FORCED_CODE_BYTE
from zkos.guest.protocol.limits import CODE_BYTES
from zkos.guest.system.errors import Fatal
from zkos.lang.ints import U32, U64, U256, Address

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
    target = data.load_u256_be(0)
    length = data.load_u256_be(64)
    if not is_address(target):
        raise Fatal
    if length > U256(CODE_BYTES):
        call.revert()
        return
    resources = frame.resources
    resources.charge(ERGS_FORCED_CODE_BYTE * U64(length), U64(0))
    call.system.io.set_bytecode_details(
        resources,
        Address(target),
        data.load_u256_be(32),
        U32(length),
        data.load_u256_be(96),
    )
