"""Contracts with a part to play: accounts that validate themselves, the upgrader."""

from typing import Final

from fuzz.strategies.cast import Cast
from fuzz.strategies.code import Code, Label
from fuzz.strategies.decrees import DEPLOYER
from fuzz.strategies.expressions import Program
from fuzz.strategies.programs import block
from fuzz.strategies.source import Source
from zkos.guest.flow.account_abstraction import (
    HEADER_BYTES,
    SELECTOR_EXECUTE,
    SELECTOR_PAY,
    SELECTOR_PRE_PAYMASTER,
    SELECTOR_VALIDATE,
)
from zkos.guest.protocol.addresses import BOOTLOADER

WORD_BYTES: Final = 32
_BODY: Final = int(HEADER_BYTES)
TARGET: Final = _BODY + 2 * WORD_BYTES
GAS_LIMIT: Final = _BODY + 3 * WORD_BYTES
MAX_FEE: Final = _BODY + 5 * WORD_BYTES
VALUE: Final = _BODY + 9 * WORD_BYTES


def account_code(source: Source, cast: Cast, at: int) -> bytes:
    """An account for type 0x71: mostly one that accepts, pays and executes."""
    code = Code()
    program = Program(source, cast, code, at, 1, source.integer(1, 5))
    fault = source.below(7) if source.chance(15) else None
    labels = [Label() for _ in range(3)]
    selectors = (SELECTOR_VALIDATE, SELECTOR_PAY, SELECTOR_EXECUTE)
    for selector, label in zip(selectors, labels, strict=True):
        _branch_on(code, int(selector), label)
    block(program, 0)
    code.op("STOP")
    code.mark(labels[0])
    _validate(code, fault)
    code.mark(labels[1])
    _pay(code, fault)
    code.mark(labels[2])
    _execute(code, program, fault)
    return code.finish()


def _branch_on(code: Code, selector: int, label: Label) -> None:
    code.push(0)
    code.op("CALLDATALOAD")
    code.push(224)
    code.op("SHR")
    code.push(selector)
    code.op("EQ")
    code.push_label(label)
    code.op("JUMPI")


def _validate(code: Code, fault: int | None) -> None:
    """Raise the nonce by creating a contract, then return the magic."""
    if fault == 0:
        _revert(code)
    if fault != 1:
        for _ in range(3):
            code.push(0)
        code.op("CREATE", "POP")
    magic = SELECTOR_PRE_PAYMASTER if fault == 2 else SELECTOR_VALIDATE
    code.push(int(magic) << 224)
    code.push(0)
    code.op("MSTORE")
    code.push(31 if fault == 3 else 32)
    code.push(0)
    code.op("RETURN")


def _pay(code: Code, fault: int | None) -> None:
    """Send the greatest fee to the bootloader."""
    if fault == 4:
        _revert(code)
    for _ in range(4):
        code.push(0)
    _argument(code, GAS_LIMIT)
    _argument(code, MAX_FEE)
    code.op("MUL")
    if fault == 5:
        code.push(1)
        code.op("SHR")
    code.push(int(BOOTLOADER))
    code.op("GAS", "CALL", "STOP")


def _execute(code: Code, program: Program, fault: int | None) -> None:
    """Call the target of the transaction, then do something of its own."""
    for _ in range(4):
        code.push(0)
    _argument(code, VALUE)
    _argument(code, TARGET)
    code.op("GAS", "CALL", "POP")
    program.budget = 2
    block(program, 0)
    if fault == 6:
        _revert(code)
    code.op("STOP")


def _argument(code: Code, offset: int) -> None:
    code.push(offset)
    code.op("CALLDATALOAD")


def _revert(code: Code) -> None:
    code.push(0)
    code.push(0)
    code.op("REVERT")


def upgrader_code(source: Source, cast: Cast) -> bytes:
    """A contract that hands its calldata to the deployer, and does more."""
    code = Code()
    code.op("CALLDATASIZE")
    code.push(0)
    code.push(0)
    code.op("CALLDATACOPY")
    code.push(0)
    code.push(0)
    code.op("CALLDATASIZE")
    code.push(0)
    code.push(0)
    code.push(DEPLOYER)
    code.op("GAS", "CALL")
    if source.chance(30):
        code.push(0)
        code.op("SSTORE")
    else:
        code.op("POP")
    block(Program(source, cast, code, None, 1, source.below(4)), 0)
    code.op("STOP")
    return code.finish()
