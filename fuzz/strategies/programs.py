"""Whole programs: statements that leave the stack as it was, and an end.

Loops are bounded and memory is mostly small, so that programs come to an end within
ordinary gas limits. A few programs are raw bytes instead.
"""

from collections.abc import Callable
from typing import Final

from fuzz.strategies.calls import (
    call,
    call_hook,
    call_precompile,
    create,
    keep_result,
)
from fuzz.strategies.cast import Cast
from fuzz.strategies.code import Code, Label
from fuzz.strategies.edges import visit_edge
from fuzz.strategies.expressions import (
    WINDOW_BYTES,
    Program,
    address,
    calculation,
    expression,
    memory_length,
    memory_offset,
    memory_range,
    slot,
    soup,
)
from fuzz.strategies.keeping import begin_fold, fold, keep_word
from fuzz.strategies.motifs import play, sweep_gas, visit_transient
from fuzz.strategies.numbers import word
from fuzz.strategies.ranges import copy_end, hash_blocks
from fuzz.strategies.routines import dispatch, write_routines
from fuzz.strategies.source import Source, Weights

MAX_CREATIONS: Final = 2
"""Levels of initcode inside a program."""
MAX_NESTING: Final = 3
"""Levels of branches and loops."""
WITH_ROUTINES: Final = 70
"""Percent of contracts that answer calls of routines."""
_ENDS: Final = ("RETURN", "STOP", "REVERT", "SELFDESTRUCT", "INVALID", "")
_END_WEIGHTS: Final = Weights(46, 25, 10, 8, 2, 9)
_CREATED_END_WEIGHTS: Final = Weights(42, 18, 9, 20, 2, 9)
"""Contracts destroy themselves for good only in the transaction that creates them."""
_CODE_LENGTHS: Final = (24576, 24577, 24575)
_COPIES: Final = ("CALLDATACOPY", "CODECOPY", "RETURNDATACOPY", "MCOPY", "EXTCODECOPY")
_COPY_WEIGHTS: Final = Weights(25, 20, 10, 25, 20)


def contract_code(
    source: Source, cast: Cast, at: int | None, budget: int = 10
) -> bytes:
    """The code of a contract that will run at `at`, if that is known."""
    if source.chance(4):
        return raw_code(source)
    return _write(source, cast, at, budget, 0)


def init_code(source: Source, cast: Cast, budget: int = 6, depth: int = 0) -> bytes:
    """Initcode: some statements, then mostly the return of a contract's code."""
    if source.chance(4):
        return raw_code(source)
    code = Code()
    program = Program(source, cast, code, None, depth + 1, source.below(4))
    block(program, 0)
    if source.chance(15):
        end(program)
        return code.finish()
    if source.chance(2):
        # As much code as there may be, from memory that is zero.
        code.push(source.choose(_CODE_LENGTHS))
        code.push(WINDOW_BYTES)
        code.op("RETURN")
        return code.finish()
    runtime = _runtime(source, cast, budget, depth)
    code.give(runtime)
    return code.finish()


def raw_code(source: Source) -> bytes:
    """Any bytes: unknown opcodes, cut immediates, stacks that do not fit."""
    return source.bytes(source.integer(1, 100))


def _runtime(source: Source, cast: Cast, budget: int, depth: int) -> bytes:
    """What initcode returns; rarely something that may not be code."""
    if source.chance(6):
        return source.choose((b"", b"\xef", b"\xef\x00", b"\0"))
    return _write(source, cast, None, source.integer(1, max(1, budget)), depth + 1)


def _write(
    source: Source, cast: Cast, at: int | None, budget: int, depth: int
) -> bytes:
    code = Code()
    program = Program(source, cast, code, at, depth, source.integer(1, budget))
    labels = dispatch(source, code) if source.chance(WITH_ROUTINES) else []
    program.routines = len(labels)
    block(program, 0)
    end(program)
    if labels:
        # A program without an end would run on into them.
        code.op("STOP")
        write_routines(program, labels)
    return code.finish()


def block(program: Program, nesting: int) -> None:
    """Statements until the budget or the mood is gone."""
    while program.budget > 0:
        program.budget -= 1
        statement(program, nesting)
        if nesting and program.source.chance(40):
            return


def statement(program: Program, nesting: int) -> None:
    """One statement."""
    write = program.source.choose(STATEMENTS, STATEMENT_WEIGHTS)
    write(program, nesting)


def end(program: Program) -> None:
    """The last opcodes of a program."""
    source, code = program.source, program.code
    weights = _CREATED_END_WEIGHTS if program.depth else _END_WEIGHTS
    name = source.choose(_ENDS, weights)
    if name in ("RETURN", "REVERT"):
        memory_range(program)
    elif name == "SELFDESTRUCT":
        address(program)
        program.cast.is_mortal = True
    if name:
        code.op(name)


def store(program: Program, _: int) -> None:
    """Write a slot."""
    expression(program)
    slot(program)
    program.code.op("SSTORE")


def store_transient(program: Program, _: int) -> None:
    """Write a transient slot."""
    expression(program)
    slot(program)
    program.code.op("TSTORE")


def store_memory(program: Program, _: int) -> None:
    """Write a word or a byte of memory."""
    expression(program)
    memory_offset(program)
    program.code.op(program.source.choose(("MSTORE", "MSTORE8"), Weights(80, 20)))


def copy(program: Program, _: int) -> None:
    """Copy to memory from wherever."""
    source, code = program.source, program.code
    name = source.choose(_COPIES, _COPY_WEIGHTS)
    if name == "RETURNDATACOPY" and source.chance(92):
        code.op("RETURNDATASIZE")
        code.push(0)
    else:
        memory_length(program)
        memory_offset(program)
    memory_offset(program)
    if name == "EXTCODECOPY":
        address(program)
    code.op(name)


def log(program: Program, _: int) -> None:
    """Emit an event."""
    topics = program.source.below(5)
    for _topic in range(topics):
        expression(program, 2)
    memory_range(program)
    program.code.op(f"LOG{topics}")


def hash_memory(program: Program, _: int) -> None:
    """Hash memory and keep the digest."""
    memory_range(program)
    program.code.op("KECCAK256")
    keep_result(program)


def compute(program: Program, _: int) -> None:
    """Any opcodes on the stack; the result is kept."""
    soup(program)
    keep_result(program)


def call_somebody(program: Program, _: int) -> None:
    """A call of a contract, an account, a precompile or a system contract."""
    write = program.source.choose(
        (call, call_precompile, call_hook), Weights(52, 33, 15)
    )
    write(program)


def create_contract(program: Program, nesting: int) -> None:
    """A creation, unless there are too many inside each other."""
    if program.depth >= MAX_CREATIONS:
        store(program, nesting)
        return
    cast = program.cast
    before, cast.is_mortal = cast.is_mortal, False
    create(program, init_code(program.source, cast, 4, program.depth))
    cast.is_mortal = cast.is_mortal or before


def branch(program: Program, nesting: int) -> None:
    """Statements under a condition."""
    if nesting >= MAX_NESTING:
        store(program, nesting)
        return
    code, after = program.code, Label()
    expression(program)
    if program.source.chance(50):
        code.op("ISZERO")
    code.push_label(after)
    code.op("JUMPI")
    if program.source.chance(12):
        floor = code.height
        end(program)
        code.height = floor
    else:
        block(program, nesting + 1)
    code.mark(after)


def loop(program: Program, nesting: int) -> None:
    """Statements several times; the counter stays below them on the stack."""
    if nesting >= MAX_NESTING:
        compute(program, nesting)
        return
    code, start = program.code, Label()
    code.push(program.source.integer(1, 6 if nesting else 12))
    code.mark(start)
    block(program, nesting + 1)
    code.push(1)
    code.op("SWAP1", "SUB", "DUP1")
    code.push_label(start)
    code.op("JUMPI", "POP")


def subroutine(program: Program, nesting: int) -> None:
    """A jump to a place whose address comes from the stack, and back."""
    code, body, back = program.code, Label(), Label()
    code.push_label(back)
    expression(program)
    code.push_label(body)
    code.op("JUMP")
    code.mark(body)
    keep_result(program)
    code.op("JUMP")
    code.mark(back)
    if program.source.chance(30):
        store_memory(program, nesting)


def recurse(program: Program, _: int) -> None:
    """Call oneself with a part of the gas."""
    code = program.code
    for _range in range(4):
        code.push(0)
    code.push(0)
    code.op("ADDRESS", "GAS")
    code.push(program.source.choose((2, 1, 3)))
    code.op("SHR", "CALL")
    keep_result(program)


def fail_sometimes(program: Program, _: int) -> None:
    """Something that halts: a bad jump, an invalid opcode, too few words."""
    source, code = program.source, program.code
    if not source.chance(15):
        expression(program)
        keep_result(program)
        return
    match source.below(5):
        case 0:
            code.push(word(source))
            code.op("JUMP")
        case 1:
            _jump_into_data(program)
        case 2:
            code.raw(bytes([source.choose((0x0C, 0x21, 0x4B, 0xB0, 0xEF, 0xF6))]))
        case 3:
            code.raw(bytes([source.choose((0x50, 0x01, 0x8F, 0x9F))]) * 20)
        case _:
            code.raw(b"\x5f" * (1020 + source.below(8)))


def _jump_into_data(program: Program) -> None:
    """Jump to what would be a destination if it were no data of a PUSH."""
    source, code = program.source, program.code
    width = source.choose((1, 32, 31, 2, source.integer(1, 32)))
    here = len(code)
    code.push(here + 5 + source.below(width), 2)
    code.raw(b"\x56" + bytes([0x5F + width]) + b"\x5b" * width)
    code.height -= 1


def deep_stack(program: Program, _: int) -> None:
    """Reach far down: DUP and SWAP of all sizes on a stack of numbers."""
    source, code = program.source, program.code
    floor = code.height
    for number in range(17):
        code.push(number if number else word(source))
    for _step in range(source.integer(1, 12)):
        name = source.choose(("DUP", "SWAP"))
        code.op(f"{name}{source.integer(1, 16)}")
        if source.chance(30):
            code.op(source.choose(("ADD", "XOR")))
            code.push(source.below(100))
    while code.height > floor + 1:
        code.op(source.choose(("XOR", "SUB", "ADD")))
    keep_result(program)


def calculate(program: Program, _: int) -> None:
    """Some operations on numbers made for them; no result is lost."""
    begin_fold(program.code)
    for _operation in range(program.source.integer(1, 5)):
        calculation(program)
        fold(program.code)
    keep_word(program)


Statement = Callable[[Program, int], None]
STATEMENTS: Final[tuple[Statement, ...]] = (
    *(store, store_transient, store_memory, copy, log, hash_memory, compute),
    *(call_somebody, create_contract, branch, loop, subroutine, recurse),
    *(fail_sometimes, deep_stack, calculate, play, visit_transient),
    *(copy_end, hash_blocks, sweep_gas, visit_edge),
)
STATEMENT_WEIGHTS: Final = Weights(
    *(16, 4, 9, 6, 6, 3, 5, 18, 5, 8, 5, 2, 1),
    *(2, 2, 9, 9, 4, 5, 5, 2, 5),
)
