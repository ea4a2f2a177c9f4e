"""Motifs: short compositions of calls and looks at what they left behind."""

from typing import Final

from fuzz.strategies.calls import gas
from fuzz.strategies.code import Label
from fuzz.strategies.expressions import Program, address
from fuzz.strategies.keeping import begin_fold, fold, keep_word
from fuzz.strategies.routines import (
    SCHEME_WEIGHTS,
    SCHEMES,
    SIZES,
    hot_slot,
    read_slots,
    write_slot,
)

SWEEP: Final = 45
_SWEPT: Final = (2320, 2320, 2300, 300, 450, 600, 5020)
"""The stipend and other prices, and what a routine uses before it pays them."""
ROUTINE_GAS: Final = 75_000
_VALUES: Final = (0, 0, 0, 1, 1, 1000)
_OUTPUTS: Final = (0, 32, 64, 31, 33)


def play(program: Program, _: int) -> None:
    """Call a routine, perhaps another after it, and fold all that can be seen."""
    source, code = program.source, program.code
    if source.chance(50):
        write_slot(program)
    begin_fold(code)
    call_routine(program)
    fold(code)
    if source.chance(25):
        call_routine(program)
        fold(code)
    if source.chance(30):
        _overwrite_memory(program)
    _look_at_answer(program)
    read_slots(program)
    if source.chance(25):
        code.op("SELFBALANCE")
        fold(code)
    if source.chance(25):
        address(program)
        code.op(source.choose(("EXTCODEHASH", "BALANCE", "EXTCODESIZE")))
        fold(code)
    keep_word(program)


def call_routine(program: Program) -> None:
    """Call a routine of this contract or of another, and push the success."""
    source, code = program.source, program.code
    scheme = source.choose(SCHEMES, SCHEME_WEIGHTS)
    code.push(source.choose(_OUTPUTS))
    code.push(32 * source.below(8))
    # Without such a routine a contract would run its program within itself.
    own = program.routines > 0 and source.chance(80)
    code.push(source.choose(SIZES[: program.routines if own else 1]))
    code.push(0)
    if scheme in ("CALL", "CALLCODE"):
        code.push(source.choose(_VALUES))
    if own:
        code.op("ADDRESS")
    else:
        code.push(source.choose(program.cast.contracts))
    if source.chance(85):
        # Not all of it, which a routine that halts would use up.
        code.push(ROUTINE_GAS)
    else:
        gas(program)
    code.op(scheme)


def visit_transient(program: Program, _: int) -> None:
    """Look at a transient slot, keep what was there, and leave something."""
    code, slot = program.code, hot_slot(program)
    code.push(slot)
    code.op("TLOAD")
    keep_word(program)
    code.push(program.source.integer(1, 9))
    code.push(slot)
    code.op("TSTORE")


def sweep_gas(program: Program, nesting: int) -> None:
    """Call a routine with every amount of gas in a range: one is just enough."""
    source, code = program.source, program.code
    if not program.routines or nesting:
        visit_transient(program, nesting)
        return
    start = Label()
    # Slots written before are cheap to write again: only the stipend is in the way.
    for key in program.cast.slots[:2]:
        code.push(source.integer(1, 3))
        code.push(key)
        code.op("SSTORE")
    begin_fold(code)
    code.push(SWEEP)
    code.mark(start)
    for number in (0, 0, source.choose(SIZES[: program.routines]), 0, 0):
        code.push(number)
    code.op("ADDRESS", "DUP7")
    code.push(source.choose(_SWEPT))
    code.op("ADD", "CALL")
    # From sum, counter, success to the new sum and counter.
    code.op("SWAP2")
    code.push(3)
    code.op("MUL", "SWAP1", "SWAP2", "ADD", "SWAP1")
    code.push(1)
    code.op("SWAP1", "SUB", "DUP1")
    code.push_label(start)
    code.op("JUMPI", "POP")
    keep_word(program)


def _overwrite_memory(program: Program) -> None:
    """Use memory that was not used before, where answers may still lie."""
    source, code = program.source, program.code
    for _ in range(source.integer(1, 3)):
        code.push(0)
        code.op("NOT")
        code.push(32 * source.below(12))
        code.op("MSIZE", "ADD", "MSTORE")


def _look_at_answer(program: Program) -> None:
    """Fold the size of the answer, and its beginning or all of it."""
    source, code = program.source, program.code
    code.op("RETURNDATASIZE")
    fold(code)
    place = 32 * source.below(8)
    code.op("RETURNDATASIZE")
    if source.chance(4):
        code.push(1)
        code.op("ADD")
    code.push(0)
    code.push(place)
    code.op("RETURNDATACOPY")
    for offset in (place, 32 * source.below(8)):
        code.push(offset)
        code.op("MLOAD")
        fold(code)
