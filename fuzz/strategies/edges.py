"""One opcode at one edge: every opcode x operand x kind of number, every stack depth.

A cell of the table is a tiny program: what lies on the stack before the opcode, the
opcode, then all it may have left, as the result. Programs that halt are worth as much
as others: they run as initcode, so that the halt is seen from outside. The table is
finite and ordered, so it can be run as a whole; generators draw from it.
"""

from typing import Final, NamedTuple

from fuzz.strategies.code import BY_NAME, Code
from fuzz.strategies.expressions import Program
from fuzz.strategies.keeping import begin_fold, fold, keep_word

STACK_WORDS: Final = 1024
NUMBERS: Final = (
    *(0, 1, 31, 32, 33, 255, 256, 1 << 16, (1 << 27) - 31),
    *((1 << 32) - 33, (1 << 32) - 32, (1 << 32) - 1, 1 << 32, (1 << 32) + 1),
    *(1 << 63, (1 << 64) - 1, 1 << 64, (1 << 160) + 4, 1 << 255, (1 << 256) - 1),
)
"""Kinds of operands: words, widths of machine words, offsets that memory may have."""
_PLAIN: Final = (32, 0)
"""What the other operands are, one after the other."""
_CALLS: Final = ("CALL", "CALLCODE", "DELEGATECALL", "STATICCALL")
_CALL_GAS: Final = 9000
_IDENTITY: Final = 4
_UNFIT: Final = frozenset({
    *(f"PUSH{width}" for width in range(33)),
    *("JUMPDEST", "INVALID"),
})  # fmt: skip
"""Without operands, or what other generators place."""
_RESULT: Final = 64
"""Where the results go: above what plain operands reach."""


class Cell(NamedTuple):
    """An opcode with one operand at an edge, or with a stack of some depth."""

    opcode: str
    operand: int
    """Which operand, the top one 0; -1 if the depth is what counts."""
    number: int
    """The operand, or how many words are on the stack."""
    plain: int
    """The other operands."""


def _cells() -> tuple[Cell, ...]:
    cells = []
    for name, opcode in BY_NAME.items():
        if name in _UNFIT:
            continue
        # What these move has no meaning to them.
        operands = 0 if name.startswith(("DUP", "SWAP")) else opcode.pops
        cells += [
            Cell(name, operand, number, plain)
            for plain in _PLAIN
            for operand in range(operands)
            for number in NUMBERS
        ]
        most = STACK_WORDS
        depths = {0, opcode.pops - 1, opcode.pops, most - 1, most}
        cells += [Cell(name, -1, depth, 32) for depth in sorted(depths - {-1})]
    return tuple(cells)


CELLS: Final = _cells()
"""The table, in the order of opcodes."""


def edge_code(cell: Cell) -> bytes:
    """A program that returns what the opcode left, and the gas before its end."""
    name = cell.opcode
    opcode = BY_NAME[name]
    code = Code()
    if cell.operand < 0:
        for place in range(cell.number):
            # The top words are plain operands, so that the opcode may succeed.
            code.push(_plain(cell, cell.number - 1 - place))
        code.raw(bytes([opcode.value]))
        return code.finish()
    _remember(code)
    for operand in reversed(range(opcode.pops)):
        given = operand == cell.operand
        code.push(cell.number if given else _plain(cell, operand))
    code.op(name)
    pushed = opcode.pushes
    for _ in range(pushed):
        code.push(_RESULT)
        code.op("MSTORE")
    for fact in ("MSIZE", "RETURNDATASIZE", "GAS"):
        code.op(fact)
        code.push(_RESULT + 32)
        code.op("MLOAD")
        code.push(3)
        code.op("MUL", "ADD")
        code.push(_RESULT + 32)
        code.op("MSTORE")
    # Initcode returns code, which may not begin with 0xef: a zero byte comes first.
    code.push(0)
    code.push(31)
    code.op("MSTORE8")
    code.push(_RESULT + 64 - 31)
    code.push(31)
    code.op("RETURN")
    return code.finish()


def visit_edge(program: Program, _: int) -> None:
    """Create a contract by the program of a cell, and keep what came of it."""
    source, code = program.source, program.code
    content = edge_code(source.choose(CELLS))
    begin_fold(code)
    code.copy_data(content)
    code.push(len(content))
    code.push(0)
    code.push(source.choose((0, 0, 1)))
    code.op("CREATE", "DUP1", "EXTCODEHASH")
    # From sum, address, hash to the sum of all three.
    code.op("SWAP2")
    fold(code)
    fold(code)
    code.op("RETURNDATASIZE")
    fold(code)
    keep_word(program)


def _remember(code: Code) -> None:
    """Bytes that are not zero where operands point to."""
    code.op("ADDRESS")
    code.push(0)
    code.op("MSTORE")
    code.op("ADDRESS", "NOT")
    code.push(32)
    code.op("MSTORE")


def _plain(cell: Cell, operand: int) -> int:
    """An operand that is not at the edge; calls have gas and somebody to call."""
    if cell.opcode in _CALLS:
        fixed = {0: _CALL_GAS, 1: _IDENTITY}
        if cell.opcode in ("CALL", "CALLCODE"):
            fixed[2] = 0
        return fixed.get(operand, cell.plain)
    return cell.plain
