"""Statements about ranges: copies around the end of their source, hashes of blocks."""

from typing import Final

from fuzz.strategies.calls import keep_answer
from fuzz.strategies.expressions import Program, memory_offset
from fuzz.strategies.keeping import begin_fold, fold, keep_word
from fuzz.strategies.numbers import ALL_ONES, large_length
from fuzz.strategies.source import Weights

_HASHERS: Final = (None, 2, 3, 4)
"""KECCAK256, and precompiles that take any range of memory."""
_HASHER_WEIGHTS: Final = Weights(45, 35, 8, 12)
_ORIGINS: Final = ("CODE", "CALLDATA", "RETURNDATA", "EXTCODE")
_ORIGIN_WEIGHTS: Final = Weights(30, 30, 25, 15)
_LENGTHS: Final = (32, 1, 31, 33, 64, 0, 5, 100)
_PAST: Final = (0, 1, -1, 31, 32, 64)
"""How far copies go beyond the end."""
_PAST_WEIGHTS: Final = Weights(22, 30, 10, 14, 14, 10)


def copy_end(program: Program, _: int) -> None:
    """Copy from around the end of something over memory in use, and look at it."""
    source, code = program.source, program.code
    origin = source.choose(_ORIGINS, _ORIGIN_WEIGHTS)
    target = 32 * source.below(16) + (source.below(32) if source.chance(30) else 0)
    _fill(program, target)
    if origin == "RETURNDATA":
        _from_return_data(program, target)
    else:
        _from(program, origin, target)
    begin_fold(code)
    for offset in (target, target + 32):
        code.push(offset)
        code.op("MLOAD")
        fold(code)
    keep_word(program)


def hash_blocks(program: Program, _: int) -> None:
    """Hash as many bytes as a block has, or nearly, not all of them zero."""
    source, code = program.source, program.code
    hasher = source.choose(_HASHERS, _HASHER_WEIGHTS)
    _fill(program, 32 * source.below(9))
    if hasher is not None:
        # Nothing is written to memory: the answer is looked at.
        code.push(0)
        code.push(0)
    code.push(large_length(source))
    if source.chance(85):
        code.push(0)
    else:
        memory_offset(program)
    if hasher is None:
        code.op("KECCAK256")
        keep_word(program)
    else:
        code.push(hasher)
        code.op("GAS", "STATICCALL")
        keep_answer(program)


def _fill(program: Program, target: int) -> None:
    """Have ones where a copy will go."""
    code = program.code
    if program.source.chance(25):
        return
    for offset in (target, target + 32):
        code.push(0)
        code.op("NOT")
        code.push(offset)
        code.op("MSTORE")


def _from_return_data(program: Program, target: int) -> None:
    """Copy the answer of the last call; rarely a byte more, which halts."""
    source, code = program.source, program.code
    skipped = source.integer(1, 2) if source.chance(8) else 0
    past = 1 if source.chance(12) else 0
    code.push(skipped)
    code.op("RETURNDATASIZE", "SUB")
    if past:
        code.push(past)
        code.op("ADD")
    code.push(skipped)
    code.push(target)
    code.op("RETURNDATACOPY")


def _from(program: Program, origin: str, target: int) -> None:
    """Copy a length from where it ends at, before or past the end."""
    source, code = program.source, program.code
    length = source.choose(_LENGTHS)
    past = source.choose(_PAST, _PAST_WEIGHTS)
    owner = program.cast.address(source)
    code.push(length)
    if source.chance(5):
        code.push(source.choose((ALL_ONES, 1 << 32, 1 << 64, (1 << 32) - length)))
    else:
        code.push(max(length - past, 0))
        if origin == "EXTCODE":
            code.push(owner)
        code.op(f"{origin}SIZE", "SUB")
    code.push(target)
    if origin == "EXTCODE":
        code.push(owner)
    code.op(f"{origin}COPY")
