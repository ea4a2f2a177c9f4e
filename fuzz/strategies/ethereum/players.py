"""Contracts that do as calldata says: write slots, create, end themselves."""

from typing import Final

from fuzz.strategies.code import Code, Label
from fuzz.strategies.source import Source

KEEPERS: Final = (0x6EE9 << 100, 0x6EE9, (0x6EE9 << 64) + 9)
"""Contracts with storage, told what to write."""
FACTORY: Final = 0xFAC7 << 80
"""Creates what it is given, always at the same place, and calls it."""
LOOK: Final = (1 << 256) - 1
"""For this value a keeper reads the slot and logs it."""
_PAIR: Final = 64
_WORD: Final = 32


def keeper_code() -> bytes:
    """Writes pairs of slot and value, or reads the slot. An odd byte more reverts."""
    code, start, work, look, after = Code(), Label(), Label(), Label(), Label()
    code.push(0)
    code.mark(start)
    code.op("DUP1", "CALLDATASIZE", "GT")
    code.push_label(work)
    code.op("JUMPI")
    code.op("CALLDATASIZE")
    code.push(1)
    code.op("AND")
    end = Label()
    code.push_label(end)
    code.op("JUMPI", "STOP")
    code.height = 1
    code.mark(end)
    code.push(0)
    code.push(0)
    code.op("REVERT")
    code.height = 1
    code.mark(work)
    code.op("DUP1")
    code.push(_WORD)
    code.op("ADD", "CALLDATALOAD", "DUP1")
    code.push(LOOK)
    code.op("EQ")
    code.push_label(look)
    code.op("JUMPI")
    # The stack: offset, value.
    code.op("DUP2", "CALLDATALOAD", "SSTORE")
    code.push_label(after)
    code.op("JUMP")
    code.height = 2
    code.mark(look)
    code.op("POP", "DUP1", "CALLDATALOAD", "SLOAD")
    code.push(0)
    code.op("MSTORE")
    code.push(_WORD)
    code.push(0)
    code.op("LOG0")
    code.height = 1
    code.mark(after)
    code.push(_PAIR)
    code.op("ADD")
    code.push_label(start)
    code.op("JUMP")
    return code.finish()


def factory_code() -> bytes:
    """CREATE2 with calldata: value, salt, initcode. Then calls it with what came."""
    code = Code()
    code.push(_WORD)
    code.op("CALLDATALOAD")
    code.push(_PAIR)
    code.op("CALLDATASIZE", "SUB", "DUP1")
    code.push(_PAIR)
    code.push(0)
    code.op("CALLDATACOPY")
    code.push(0)
    code.push(0)
    code.op("CALLDATALOAD", "CREATE2")
    # The stack: address. Its first byte of code says whether it is to be called.
    for _ in range(4):
        code.push(0)
    code.op("CALLVALUE", "DUP6", "GAS", "CALL", "ADD")
    code.push(0)
    code.op("MSTORE")
    code.push(_WORD)
    code.push(0)
    code.op("LOG0", "STOP")
    return code.finish()


def life(source: Source, slots: tuple[int, ...]) -> bytes:
    """Initcode that writes slots; what it makes may end at once, when called, never."""
    code = Code()
    for _ in range(source.below(3)):
        code.push(source.integer(1, 300))
        code.push(source.choose(slots))
        code.op("SSTORE")
    match source.below(4):
        case 0:
            code.op(source.choose(("CALLER", "ADDRESS")), "SELFDESTRUCT")
            return code.finish()
        case 1:
            runtime = keeper_code()
        case _:
            runtime = _mortal(source, slots)
    code.give(runtime)
    return code.finish()


def _mortal(source: Source, slots: tuple[int, ...]) -> bytes:
    """Writes a slot when called with value, else ends itself."""
    code, end = Code(), Label()
    code.op("CALLVALUE", "ISZERO")
    code.push_label(end)
    code.op("JUMPI", "CALLVALUE")
    code.push(source.choose(slots))
    code.op("SSTORE", "STOP")
    code.mark(end)
    code.op(source.choose(("CALLER", "ADDRESS", "COINBASE")), "SELFDESTRUCT")
    return code.finish()
