"""Routines: parts of a contract that answer calldata of a certain size.

All contracts know the same sizes, so that a program can call a part of itself or of
another contract in a frame of its own: one that writes, reads, calls the next routine
and ends in any way. A routine calls only routines of larger sizes, or itself until
the calls are too deep, so that all come to an end.
"""

from typing import Final

from fuzz.strategies.code import Code, Label
from fuzz.strategies.expressions import Program, address
from fuzz.strategies.keeping import begin_fold, fold
from fuzz.strategies.source import Source, Weights

SIZES: Final = (3, 5, 7)
"""Bytes of calldata, one for each routine."""
SCHEMES: Final = ("CALL", "DELEGATECALL", "STATICCALL", "CALLCODE")
SCHEME_WEIGHTS: Final = Weights(34, 26, 26, 14)
_COUNTS: Final = Weights(30, 50, 20)
_CHANGES: Final = (
    *("SSTORE", "TSTORE", "LOG1", "CREATE", "CREATE2", "CALL", "SELFDESTRUCT"),
)
_CHANGE_WEIGHTS: Final = Weights(24, 36, 10, 6, 6, 12, 6)
_FACTS: Final = ("SELFBALANCE", "CALLDATASIZE", "CODESIZE", "RETURNDATASIZE", "ORIGIN")
_HOT_WEIGHTS: Final = Weights(75, 25)
_ENDS: Final = ("RETURN", "STOP", "REVERT", "INVALID")
_END_WEIGHTS: Final = Weights(75, 12, 10, 3)
_UNDONE: Final = 35
"""Percent of routines that write a slot and then fail, so that it must be undone."""
_UNDONE_END_WEIGHTS: Final = Weights(0, 0, 93, 7)
_ANSWERS: Final = (32, 0, 1, 31, 33, 64, 96, 200)


def hot_slot(program: Program) -> int:
    """One of the two keys that routines and those who look after them share."""
    return program.source.choose(program.cast.slots[:2], _HOT_WEIGHTS)


def dispatch(source: Source, code: Code) -> list[Label]:
    """Begin a contract: jump to a routine if calldata asks for it."""
    labels = [Label() for _ in range(1 + _COUNTS.index(source.below(_COUNTS.total)))]
    for size, label in zip(SIZES, labels, strict=False):
        code.op("CALLDATASIZE")
        code.push(size)
        code.op("EQ")
        code.push_label(label)
        code.op("JUMPI")
    return labels


def write_routines(program: Program, labels: list[Label]) -> None:
    """The routines, behind the end of the contract's program."""
    code = program.code
    for number, label in enumerate(labels):
        code.height = 0
        code.mark(label)
        if program.source.chance(6):
            _call_again(program.source, code, SIZES[number])
        else:
            _routine(program, SIZES[number + 1 : len(labels)])


def write_slot(program: Program) -> None:
    """Write a slot, of storage or transient."""
    code, source = program.code, program.source
    code.push(source.choose((3, 0, 1 << 128, source.integer(1, 255))))
    code.push(hot_slot(program))
    code.op(source.choose(("TSTORE", "SSTORE"), Weights(65, 35)))


def change(program: Program) -> None:
    """Change the state in one of the ways that a static call forbids."""
    source, code = program.source, program.code
    name = source.choose(_CHANGES, _CHANGE_WEIGHTS)
    match name:
        case "SSTORE" | "TSTORE":
            code.push(source.choose((1, 2, 0, 1 << 255)))
            code.push(hot_slot(program))
        case "LOG1":
            code.push(source.below(9))
            code.push(source.choose((0, 32)))
            code.push(0)
        case "CREATE" | "CREATE2":
            for _ in range(3 if name == "CREATE" else 4):
                code.push(0)
        case "CALL":
            for _ in range(4):
                code.push(0)
            code.push(source.integer(0, 2))
            address(program)
            code.push(source.choose((0, 5000)))
        case _:
            address(program)
            program.cast.is_mortal = True
    code.op(name)
    if name in ("CREATE", "CREATE2", "CALL"):
        code.op("POP")


def _routine(program: Program, others: tuple[int, ...]) -> None:
    source, code = program.source, program.code
    begin_fold(code)
    undone = source.chance(_UNDONE)
    if undone:
        write_slot(program)
    for _ in range(source.below(3)):
        change(program)
    if others and source.chance(70):
        _call_other(program, source.choose(others))
        fold(code)
        if source.chance(30):
            change(program)
    for name in ("CALLER", "CALLVALUE", "ADDRESS", source.choose(_FACTS)):
        code.op(name)
        fold(code)
    read_slots(program)
    code.push(source.choose((0, 1, 32)))
    code.op("MSTORE")
    name = source.choose(_ENDS, _UNDONE_END_WEIGHTS if undone else _END_WEIGHTS)
    if name in ("RETURN", "REVERT"):
        code.push(source.choose(_ANSWERS))
        code.push(0)
    code.op(name)


def read_slots(program: Program) -> None:
    """Fold a slot of each kind into the word on top."""
    for name in ("TLOAD", "SLOAD"):
        if program.source.chance(75):
            program.code.push(hot_slot(program))
            program.code.op(name)
            fold(program.code)


def _call_other(program: Program, size: int) -> None:
    """Call another routine of whose code this is, and push the success."""
    code, source = program.code, program.source
    scheme = source.choose(SCHEMES, SCHEME_WEIGHTS)
    code.push(32)
    code.push(32)
    code.push(size)
    code.push(0)
    if scheme in ("CALL", "CALLCODE"):
        code.push(source.choose((0, 1)))
    code.op("ADDRESS", "GAS", scheme)


def recursion(source: Source) -> bytes:
    """The code of a contract that calls itself until it may not."""
    code = Code()
    _call_again(source, code, SIZES[0])
    return code.finish()


def _call_again(source: Source, code: Code, size: int) -> None:
    """Call oneself as deep as gas and rules allow, and return how deep that was."""
    scheme = source.choose(SCHEMES[:3])
    code.push(32)
    code.push(0)
    code.push(size)
    code.push(0)
    if scheme == "CALL":
        code.push(0)
    code.op("ADDRESS", "GAS", scheme)
    code.push(0)
    code.op("MLOAD", "ADD")
    code.push(1)
    code.op("ADD")
    code.push(0)
    code.op("MSTORE")
    code.push(32)
    code.push(0)
    code.op("RETURN")
