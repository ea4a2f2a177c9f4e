"""Calls and creations: statements that start other frames."""

from collections.abc import Callable
from typing import Final

from fuzz.strategies.cast import Cast, create2_address
from fuzz.strategies.decrees import DEPLOYER, deployer_input
from fuzz.strategies.expressions import (
    WINDOW_BYTES,
    Program,
    address,
    memory_length,
    memory_offset,
    memory_range,
    slot,
)
from fuzz.strategies.keeping import fold, keep_word
from fuzz.strategies.numbers import data, large_length, word
from fuzz.strategies.precompiles import precompile_call
from fuzz.strategies.source import Source, Weights

MESSENGER: Final = 0x8008
BASE_TOKEN: Final = 0x800A
SEND_TO_L1: Final = bytes.fromhex("62f84b24")
WITHDRAW: Final = bytes.fromhex("51cff8d9")
WITHDRAW_WITH_MESSAGE: Final = bytes.fromhex("84bc3eb0")
INPUT_OFFSET: Final = WINDOW_BYTES
"""Prepared inputs lie above the memory that programs write."""
_INITCODE_LENGTHS: Final = (49152, 49153, 0, 1, 49151, 49184, 49185)
_OF_ANY_LENGTH: Final = (2, 3, 4)
"""Precompiles whose input has no form."""
_SCHEMES: Final = ("CALL", "STATICCALL", "DELEGATECALL", "CALLCODE")
_SCHEME_WEIGHTS: Final = Weights(55, 15, 18, 12)
_VALUE_WEIGHTS: Final = Weights(64, 26, 6, 4)
_RETURN_WEIGHTS: Final = Weights(40, 25, 20, 15)

Write = Callable[[Program], None]


def call(program: Program) -> None:
    """Call anybody with any memory, and keep the answer."""
    scheme = program.source.choose(_SCHEMES, _SCHEME_WEIGHTS)
    memory_range(program)
    memory_range(program)
    if scheme in ("CALL", "CALLCODE"):
        value(program)
    address(program)
    gas(program)
    program.code.op(scheme)
    keep_result(program)


def call_precompile(program: Program) -> None:
    """Call a precompile with an input made for it."""
    source = program.source
    target, content = precompile_call(source)
    length = None
    if target in _OF_ANY_LENGTH and source.chance(60):
        length = large_length(source)
    call_with_input(program, target, content, None, length)
    if source.chance(60):
        keep_answer(program)
    else:
        keep_result(program)


def call_hook(program: Program) -> None:
    """Call a system contract: mostly as it wants to be called."""
    source = program.source
    target = source.choose((MESSENGER, BASE_TOKEN, DEPLOYER), Weights(55, 40, 5))
    amount = None
    if target == BASE_TOKEN or source.chance(5):
        amount = value
    content = hook_input(source, program.cast, target)
    call_with_input(program, target, content, amount)
    keep_result(program)


def hook_input(source: Source, cast: Cast, target: int) -> bytes:
    """Calldata of a system contract; one in five is damaged."""
    receiver = cast.address(source).to_bytes(32, "big")
    match target:
        case 0x8008:
            content = SEND_TO_L1 + abi_bytes(data(source), 32)
        case 0x800A if source.chance(50):
            content = WITHDRAW + receiver
        case 0x800A:
            content = WITHDRAW_WITH_MESSAGE + receiver + abi_bytes(data(source), 64)
        case _:
            return deployer_input(source, cast.address(source))
    if source.chance(20):
        return _damaged(source, content)
    return content


def abi_bytes(content: bytes, offset: int) -> bytes:
    """The offset, length, content and padding of a bytes argument."""
    head = offset.to_bytes(32, "big") + len(content).to_bytes(32, "big")
    return head + content + bytes(-len(content) % 32)


def call_with_input(
    program: Program,
    target: int,
    content: bytes,
    amount: Write | None,
    length: int | None = None,
) -> None:
    """Bring the input to memory, call with it, or another length, push the success."""
    source, code = program.source, program.code
    place_data(program, content)
    scheme = source.choose(_SCHEMES, _SCHEME_WEIGHTS)
    memory_range(program)
    code.push(len(content) if length is None else length)
    code.push(INPUT_OFFSET)
    if scheme in ("CALL", "CALLCODE"):
        if amount is None:
            code.push(0)
        else:
            amount(program)
    code.push(target)
    gas(program)
    code.op(scheme)


def place_data(program: Program, content: bytes) -> None:
    """Copy constant bytes to `INPUT_OFFSET`."""
    program.code.copy_data(content, INPUT_OFFSET)


def create(program: Program, initcode: bytes) -> None:
    """Create a contract, by nonce or by salt."""
    source, code = program.source, program.code
    place_data(program, initcode)
    size = len(initcode)
    if source.chance(5):
        # What follows in memory is mostly zeros: the initcode runs as before.
        size = source.choose(_INITCODE_LENGTHS)
        initcode = initcode.ljust(size, b"\0")[:size]
    if source.chance(50):
        salt = source.choose((0, 1, word(source)))
        if program.address is not None:
            target = create2_address(program.address, salt, initcode)
            program.cast.expect_contract(target)
        code.push(salt)
        name = "CREATE2"
    else:
        name = "CREATE"
    code.push(size)
    code.push(INPUT_OFFSET)
    value(program)
    code.op(name)
    if source.chance(40):
        _call_created(program)
    keep_result(program)


def _call_created(program: Program) -> None:
    """Call what was just created and keep its address."""
    code = program.code
    for _ in range(5):
        code.push(0)
    code.op("DUP6", "GAS", "CALL", "POP")


def value(program: Program) -> None:
    """Push an amount of wei: mostly none or little."""
    source, code = program.source, program.code
    match source.choose(range(4), _VALUE_WEIGHTS):
        case 0:
            code.push(0)
        case 1:
            code.push(source.integer(1, 1000))
        case 2:
            code.op("SELFBALANCE")
        case _:
            code.push(word(source))


def gas(program: Program) -> None:
    """Push the gas to pass on: mostly all of it."""
    source, code = program.source, program.code
    match source.below(10):
        case 0:
            code.push(source.below(3000))
        case 1:
            code.push(source.choose((0, 2300, 2299, 1, 100, 21000, 50000)))
        case 2:
            code.push(word(source))
        case _:
            code.op("GAS")


def keep_result(program: Program) -> None:
    """Use up the word on top and perhaps look at the return data."""
    source, code = program.source, program.code
    match source.choose(range(4), _RETURN_WEIGHTS):
        case 0:
            code.op("POP")
        case 1:
            slot(program)
            code.op("SSTORE")
        case 2:
            memory_offset(program)
            code.op("MSTORE")
        case _:
            code.op("POP", "RETURNDATASIZE")
            if source.chance(93):
                code.push(0)
                memory_offset(program)
            else:
                memory_offset(program)
                memory_length(program)
            code.op("RETURNDATACOPY")


def keep_answer(program: Program) -> None:
    """Fold the beginning of the return data into the word on top, and keep it."""
    code = program.code
    place = 32 * program.source.below(8)
    code.op("RETURNDATASIZE")
    fold(code)
    code.op("RETURNDATASIZE")
    code.push(0)
    code.push(place)
    code.op("RETURNDATACOPY")
    code.push(place)
    code.op("MLOAD")
    fold(code)
    keep_word(program)


def _damaged(source: Source, content: bytes) -> bytes:
    """The calldata cut, grown, or with a byte changed."""
    match source.below(5):
        case 0:
            return content[: source.below(len(content) + 1)]
        case 1:
            return content + source.bytes(source.integer(1, 40))
        case 2:
            return content + bytes(source.integer(1, 33))
        case 3:
            return content.rstrip(b"\0")
    changed = bytearray(content)
    changed[source.below(len(changed))] = source.below(256)
    return bytes(changed)
