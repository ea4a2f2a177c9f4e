"""Words that must not get lost: folded into one, and put where a comparison sees it."""

from typing import Final

from fuzz.strategies.code import Code
from fuzz.strategies.expressions import Program, memory_offset, slot
from fuzz.strategies.source import Weights

_FACTOR: Final = 0x65
"""Odd, so that no difference in a word folded earlier disappears."""
_PLACES: Final = Weights(50, 30, 20)


def begin_fold(code: Code) -> None:
    """Push the word that others are folded into."""
    code.push(0)


def fold(code: Code) -> None:
    """Fold the word on top into the one below it."""
    code.op("SWAP1")
    code.push(_FACTOR)
    code.op("MUL", "ADD")


def keep_word(program: Program) -> None:
    """Use up the word on top in an event, a slot or memory."""
    code = program.code
    match program.source.choose(range(3), _PLACES):
        case 0:
            code.push(0)
            code.push(0)
            code.op("LOG1")
        case 1:
            slot(program)
            code.op("SSTORE")
        case _:
            memory_offset(program)
            code.op("MSTORE")
