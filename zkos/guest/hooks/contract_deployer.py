"""System contract 0x8006: deployment by decree, for upgrades (system spec 6.3)."""

from typing import Final

from zkos.guest.hooks.arguments import (
    SELECTOR_BYTES,
    is_address,
    is_borrowed,
    selector,
)
from zkos.guest.hooks.call import HookCall
from zkos.guest.protocol.addresses import COMPLEX_UPGRADER
from zkos.guest.protocol.io_ergs import ERGS_FORCED_CODE_BYTE
from zkos.guest.protocol.limits import CODE_BYTES
from zkos.lang.ints import U32, U64, U256, Address

SET_BYTECODE_DETAILS: Final = U32(0xF6ECA0B0)
"""`setBytecodeDetailsEVM(address,bytes32,uint32,bytes32)`."""
ARGUMENTS_BYTES: Final = U32(128)


def contract_deployer(call: HookCall) -> None:
    """Run a call of the deployer; only the upgrader may change anything.

    Raises OutOfErgs, OutOfNative and, if the code has another length, Fatal.
    """
    if not set_bytecode_details(call):
        call.revert()


def set_bytecode_details(call: HookCall) -> bool:
    """The only method; False for calls it does not accept."""
    frame = call.frame
    if is_borrowed(call) or frame.value != 0:
        return False
    if selector(frame) != SET_BYTECODE_DETAILS or frame.static:
        return False
    if frame.caller != COMPLEX_UPGRADER:
        return False
    data = frame.input
    if data.length() - SELECTOR_BYTES < ARGUMENTS_BYTES:
        return False
    target = data.load_u256_be(4)
    bytecode_hash = data.load_u256_be(36)
    length = data.load_u256_be(68)
    observable_hash = data.load_u256_be(100)
    if not is_address(target) or length > U256(CODE_BYTES):
        return False
    resources = frame.resources
    resources.charge(ERGS_FORCED_CODE_BYTE * U64(length), U64(0))
    call.system.io.set_bytecode_details(
        resources, Address(target), bytecode_hash, U32(length), observable_hash
    )
    return True
