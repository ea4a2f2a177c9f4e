"""Expressions: code that pushes one word and leaves the rest of the stack alone."""

from dataclasses import dataclass
from typing import Final

from fuzz.strategies.cast import Cast
from fuzz.strategies.code import BY_NAME, Code
from fuzz.strategies.numbers import limbs, word
from fuzz.strategies.operands import amount, index, operands
from fuzz.strategies.source import Source, Weights

MAX_DEPTH: Final = 3
WINDOW_BYTES: Final = 0x400
"""Programs keep most of their memory below this offset."""
_BINARY: Final = (
    *("ADD", "SUB", "MUL", "DIV", "SDIV", "MOD", "SMOD", "EXP", "SIGNEXTEND"),
    *("LT", "GT", "SLT", "SGT", "EQ", "AND", "OR", "XOR", "BYTE", "SHL", "SHR", "SAR"),
)
_TERNARY: Final = ("ADDMOD", "MULMOD")
_UNARY: Final = ("ISZERO", "NOT")
ARITHMETIC: Final = (*_BINARY, *_TERNARY)
_ARITHMETIC_WEIGHTS: Final = Weights(
    *(2, 2, 2, 8, 8, 5, 6, 4, 5),
    *(1, 1, 2, 2, 1, 1, 1, 1, 4, 4, 4, 4, 6, 8),
)
NULLARY: Final = (
    *("ADDRESS", "ORIGIN", "CALLER", "CALLVALUE", "CALLDATASIZE", "CODESIZE"),
    *("GASPRICE", "RETURNDATASIZE", "COINBASE", "TIMESTAMP", "NUMBER", "PREVRANDAO"),
    *("GASLIMIT", "CHAINID", "SELFBALANCE", "BASEFEE", "BLOBBASEFEE", "PC", "MSIZE"),
    "GAS",
)
_OF_ADDRESS: Final = ("BALANCE", "EXTCODESIZE", "EXTCODEHASH")
_SHIFTS: Final = ("SHL", "SHR", "SAR", "BYTE", "SIGNEXTEND")
_DISTANCES: Final = (1, 256, 257, 255, 0, 2, 256, (1 << 256) - 1)
ORDINARY: Final = 992
"""Of a thousand offsets and lengths; the others mostly end a program at once."""
SHAPED: Final = 55
"""Percent of operations on numbers that are shaped for them."""
_KINDS: Final = Weights(26, 14, 24, 4, 4, 4, 6, 3, 4, 5, 3, 3)


@dataclass(slots=True)
class Program:
    """A program in the making: where choices, names and bytes are."""

    source: Source
    cast: Cast
    code: Code
    address: int | None = None
    """Where it will run, if known."""
    depth: int = 0
    """Creations around it."""
    budget: int = 12
    """Statements it may still have."""
    routines: int = 0
    """How many routines its contract has."""


def expression(program: Program, depth: int = 0) -> None:
    """Push a word."""
    source, code = program.source, program.code
    if depth >= MAX_DEPTH:
        literal(program)
        return
    match source.choose(range(12), _KINDS):
        case 0:
            literal(program)
        case 1:
            code.op(source.choose(NULLARY))
        case 2:
            _binary(program, depth)
        case 3 if source.chance(SHAPED):
            shaped(program, source.choose(_TERNARY))
        case 3:
            _operation(program, depth, source.choose(_TERNARY))
        case 4:
            _operation(program, depth, source.choose(_UNARY))
        case 5:
            memory_offset(program)
            code.op("MLOAD")
        case 6:
            slot(program)
            code.op("SLOAD")
        case 7:
            slot(program)
            code.op("TLOAD")
        case 8:
            code.push(source.choose((0, 32, 4, 1, 64, 36, (1 << 256) - 1)))
            code.op("CALLDATALOAD")
        case 9:
            address(program)
            code.op(source.choose(_OF_ADDRESS))
        case 10:
            block_hash(program)
        case _:
            expression(program, depth + 1)
            code.op(source.choose(("BLOBHASH", "CALLDATALOAD", "BLOCKHASH")))


def literal(program: Program) -> None:
    """Push a constant, sometimes in more bytes than it needs."""
    source = program.source
    number = limbs(source) if source.chance(20) else word(source)
    width = None
    if program.source.chance(10):
        width = program.source.integer((number.bit_length() + 7) // 8, 32)
    program.code.push(number, width)


def slot(program: Program) -> None:
    """Push a storage key."""
    program.code.push(program.cast.slot(program.source))


def address(program: Program) -> None:
    """Push an address, sometimes with dirty upper bytes."""
    source = program.source
    match source.below(10):
        case 0:
            program.code.op(source.choose(("CALLER", "ADDRESS", "ORIGIN", "COINBASE")))
        case 1:
            dirt = source.integer(1, 255) << 160
            program.code.push(program.cast.address(source) | dirt)
        case _:
            program.code.push(program.cast.address(source))


def memory_offset(program: Program) -> None:
    """Push an offset: nearly always small enough to pay for."""
    source = program.source
    if source.below(1000) < ORDINARY:
        program.code.push(source.below(WINDOW_BYTES // 32) * 32 + _skew(source))
        return
    edges = ((1 << 32) - 1, 1 << 32, (1 << 32) - 32, 1 << 64, 1 << 27, 1 << 20, 1 << 16)
    program.code.push(source.choose(edges))


def memory_length(program: Program) -> None:
    """Push a length: nearly always small enough to pay for."""
    source = program.source
    if source.below(1000) < ORDINARY:
        program.code.push(source.choose((32, 0, 1, 31, 33, 64, 4, 68, 100, 200, 136)))
        return
    program.code.push(source.choose((1 << 32, (1 << 32) - 1, 1 << 64, 24577, 49153)))


def memory_range(program: Program) -> None:
    """Push a length, then an offset: the order in which opcodes want them."""
    source, code = program.source, program.code
    if source.chance(5):
        # Nothing at any offset is nothing.
        code.push(0)
        code.push(word(source))
        return
    memory_length(program)
    memory_offset(program)


def soup(program: Program) -> None:
    """Any opcodes on a few words, then one word of them."""
    source, code = program.source, program.code
    floor = code.height
    for _ in range(source.integer(1, 4)):
        literal(program)
    for _ in range(source.integer(1, 16)):
        depth = code.height - floor
        match source.below(6):
            case 0 if 0 < depth < 16:
                # Words below those of this soup may be read.
                code.op(f"DUP{source.integer(1, min(16, code.height))}")
            case 1 if depth > 1:
                code.op(f"SWAP{source.integer(1, min(16, depth - 1))}")
            case 2:
                code.op(source.choose(NULLARY))
            case _:
                name = source.choose((*_BINARY, *_TERNARY, *_UNARY, "POP"))
                if BY_NAME[name].pops <= depth:
                    code.op(name)
    if code.height == floor:
        code.op("GAS")
    while code.height > floor + 1:
        code.op(source.choose(("XOR", "ADD", "POP", "SUB")))


def calculation(program: Program) -> None:
    """Push the result of any operation on a number shaped for it."""
    if program.source.chance(8):
        block_hash(program)
    else:
        shaped(program, program.source.choose(ARITHMETIC, _ARITHMETIC_WEIGHTS))


def block_hash(program: Program) -> None:
    """Push the hash of a block at an edge of what is known."""
    program.code.push(program.source.choose(_DISTANCES))
    program.code.op("NUMBER", "SUB", "BLOCKHASH")


def shaped(program: Program, name: str) -> None:
    """An operation on numbers made for it."""
    for number in reversed(operands(program.source, name)):
        program.code.push(number)
    program.code.op(name)


def _binary(program: Program, depth: int) -> None:
    source, code = program.source, program.code
    name = source.choose(_BINARY)
    if source.chance(SHAPED):
        shaped(program, name)
    elif name in _SHIFTS:
        expression(program, depth + 1)
        code.push(index(source) if name in ("BYTE", "SIGNEXTEND") else amount(source))
        code.op(name)
    elif name == "EXP":
        code.push(source.choose((2, 0, 1, 3, 10, 255, 256, 257, 1 << 64)))
        expression(program, depth + 1)
        code.op("EXP")
    else:
        _operation(program, depth, name)


def _operation(program: Program, depth: int, name: str) -> None:
    for _ in range(BY_NAME[name].pops):
        expression(program, depth + 1)
    program.code.op(name)


def _skew(source: Source) -> int:
    return source.below(32) if source.chance(30) else 0
