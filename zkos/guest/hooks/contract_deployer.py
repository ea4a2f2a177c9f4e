"""System contract 0x8006: deployment by decree, for upgrades (system spec 6.3)."""

from typing import Final

from zkos.guest.hooks.arguments import SELECTOR_BYTES, is_address, selector
from zkos.guest.hooks.memory import HookMemory
from zkos.guest.protocol.addresses import COMPLEX_UPGRADER
from zkos.guest.state.system import System
from zkos.guest.system.calls import Exit, Frame
from zkos.lang.ints import U32, U256, Address

SET_BYTECODE_DETAILS: Final = U32(0xF6ECA0B0)
"""`setBytecodeDetailsEVM(address,bytes32,uint32,bytes32)`."""
ARGUMENTS_BYTES: Final = U32(128)
MAX_CODE_BYTES: Final = U256(24_576)


def contract_deployer(system: System, _memory: HookMemory, frame: Frame) -> Exit:
    """Run a call of the deployer; only the upgrader may change anything.

    Raises OutOfErgs and OutOfNative.
    """
    if frame.value != 0:
        return Exit.REVERTED
    if selector(frame) != SET_BYTECODE_DETAILS or frame.static:
        return Exit.REVERTED
    if frame.caller != COMPLEX_UPGRADER:
        return Exit.REVERTED
    data = frame.input
    if data.length() - SELECTOR_BYTES < ARGUMENTS_BYTES:
        return Exit.REVERTED
    target = data.load_u256_be(4)
    bytecode_hash = data.load_u256_be(36)
    length = data.load_u256_be(68)
    observable_hash = data.load_u256_be(100)
    if not is_address(target) or length > MAX_CODE_BYTES:
        return Exit.REVERTED
    system.io.set_bytecode_details(
        frame.resources, Address(target), bytecode_hash, U32(length), observable_hash
    )
    return Exit.RETURNED
