"""Contracts with a part to play: the upgrader, one that repeats calls, large ones."""

from typing import Final

from fuzz.strategies.cast import Cast
from fuzz.strategies.code import Code, Label
from fuzz.strategies.decrees import DEPLOYER, MAX_CODE_BYTES
from fuzz.strategies.expressions import Program
from fuzz.strategies.programs import block
from fuzz.strategies.source import Source

WORD_BYTES: Final = 32
SELECTOR_BYTES: Final = 4
L1_MESSENGER: Final = 0x8008
SEND_TO_L1: Final = bytes.fromhex("62f84b24")
"""`sendToL1(bytes)`."""
CODE_BYTE_GAS: Final = 200
MAX_INITCODE_BYTES: Final = 49152
INITCODE_BYTE_GAS: Final = 5
"""At least what a zero byte of initcode costs in all."""
_LOOP_HEAD: Final = 2 * WORD_BYTES
_CODE_LENGTHS: Final = (MAX_CODE_BYTES, MAX_CODE_BYTES + 1, MAX_CODE_BYTES - 1)
_FRAME_GAS: Final = 30_000


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


def looper_code() -> bytes:
    """Calls a target with an input a number of times, all as calldata says."""
    code, start = Code(), Label()
    code.push(_LOOP_HEAD)
    code.op("CALLDATASIZE", "SUB", "DUP1")
    code.push(_LOOP_HEAD)
    code.push(0)
    code.op("CALLDATACOPY")
    code.push(0)
    code.op("CALLDATALOAD")
    code.mark(start)
    # The stack: length of the input, calls left.
    for _ in range(2):
        code.push(0)
    code.op("DUP4")
    for _ in range(2):
        code.push(0)
    code.push(WORD_BYTES)
    code.op("CALLDATALOAD", "GAS", "CALL", "POP")
    code.push(1)
    code.op("SWAP1", "SUB", "DUP1")
    code.push_label(start)
    code.op("JUMPI", "STOP")
    return code.finish()


def herald_code() -> bytes:
    """Sends a message of zeros to L1: how often, how long, as how much calldata."""
    code, start = Code(), Label()
    code.push(int.from_bytes(SEND_TO_L1, "big") << 224)
    code.push(0)
    code.op("MSTORE")
    code.push(WORD_BYTES)
    code.push(SELECTOR_BYTES)
    code.op("MSTORE")
    code.push(WORD_BYTES)
    code.op("CALLDATALOAD")
    code.push(SELECTOR_BYTES + WORD_BYTES)
    code.op("MSTORE")
    code.push(0)
    code.op("CALLDATALOAD")
    code.mark(start)
    for _ in range(2):
        code.push(0)
    code.push(2 * WORD_BYTES)
    code.op("CALLDATALOAD")
    for _ in range(2):
        code.push(0)
    code.push(L1_MESSENGER)
    code.op("GAS", "CALL", "POP")
    code.push(1)
    code.op("SWAP1", "SUB", "DUP1")
    code.push_label(start)
    code.op("JUMPI", "STOP")
    return code.finish()


def herald_input(count: int, length: int) -> bytes:
    """Calldata of the herald for `count` messages, at least 1, of `length` bytes."""
    size = SELECTOR_BYTES + 2 * WORD_BYTES + length + -length % WORD_BYTES
    words = (count, length, size)
    return b"".join(word.to_bytes(WORD_BYTES, "big") for word in words)


def loop_input(count: int, target: int, content: bytes) -> bytes:
    """Calldata of the looper; `count` is at least 1."""
    words = (count, target)
    return b"".join(word.to_bytes(WORD_BYTES, "big") for word in words) + content


def large_creation(source: Source) -> tuple[bytes, int]:
    """Initcode at the limit of its length, or of its contract's; the gas to run it."""
    if source.chance(40):
        size = MAX_INITCODE_BYTES - source.below(2)
        return bytes(size), INITCODE_BYTE_GAS * size + _FRAME_GAS
    size = source.choose(_CODE_LENGTHS)
    code = Code()
    if source.chance(20):
        code.push(0xEF)
        code.push(0)
        code.op("MSTORE8")
    code.push(size)
    code.push(0)
    code.op("RETURN")
    return code.finish(), CODE_BYTE_GAS * size + _FRAME_GAS
