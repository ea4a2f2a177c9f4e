"""Shortens the code of an RV32 object before it is placed.

LLVM calls any distance away in two instructions, of which one is enough in a small
image; a delegation needs one of the two it takes the place of. Around delegations
arguments are set again that are still there, and masks restored that nobody reads:
only here it is known that a delegation keeps its pointers. Everything else stays, and
what refers to code is moved along.
"""

from dataclasses import replace
from typing import Final

from zkos.compiler.assembler import (
    OPCODE_AUIPC,
    OPCODE_JALR,
    encode,
    immediate_b,
    immediate_j,
)
from zkos.compiler.code_flow import (
    Code,
    is_branch,
    is_jump,
    jump_distance,
    remove_needless,
)
from zkos.compiler.markers import NOP, find_marker
from zkos.compiler.objects import (
    TYPE_FUNCTION,
    TYPE_SECTION,
    LinkError,
    ObjectFile,
    Relocation,
    Section,
    Symbol,
)
from zkos.compiler.relocations import S_FIELDS, U_FIELDS, Kind

NEAR: Final = 1 << 20
"""Bytes that a jump in one instruction reaches."""
_CALLS: Final = (Kind.CALL, Kind.CALL_PLT)


def relax(program: ObjectFile) -> tuple[ObjectFile, tuple[int, ...]]:
    """The object with shorter code, and the offsets of the words that are gone.

    Code that is too long for short jumps stays as it is, debug sections always.
    Raises `LinkError` for calls that are not as LLVM makes them.
    """
    code = [section for section in program.sections if section.is_code]
    if len(code) != 1 or code[0].size > NEAR // 2:
        return program, ()
    section = code[0]
    work = _decode(section, program)
    remove_needless(work)
    places = _places(work)
    symbols = {
        symbol: _moved(symbol, places)
        if symbol.section == section.index and symbol.kind != TYPE_SECTION
        else symbol
        for symbol in program.symbols
    }
    sections = [
        _rewritten(part, work, places) if part is section else part
        for part in program.sections
    ]
    for part in sections:
        part.relocations = [
            _redirected(relocation, symbols, section.index, places)
            for relocation in part.relocations
        ]
    gone = tuple(4 * i for i, word in enumerate(work.words) if word is None)
    return ObjectFile(sections, program.debug, list(symbols.values())), gone


def _decode(section: Section, program: ObjectFile) -> Code:
    """Words, their jumps within the section, and where jumps may come from outside."""
    content = section.content
    words: list[int | None] = [
        int.from_bytes(content[i : i + 4], "little") for i in range(0, len(content), 4)
    ]
    work = Code(words)
    work.fixed |= {made.offset // 4 for made in section.relocations}
    for relocation in section.relocations:
        if relocation.kind in _CALLS:
            _shorten_call(work, relocation, section)
    work.fixed -= work.settled
    for index, word in enumerate(words):
        if word is None or index in work.targets:
            continue
        if word & 0x7F == OPCODE_AUIPC and index not in work.fixed:
            _shorten_pair(work, index)
        elif (is_branch(word) or is_jump(word)) and index not in work.fixed:
            work.targets[index] = index + jump_distance(word) // 4
    for symbol in program.symbols:
        if symbol.section == section.index and symbol.kind == TYPE_FUNCTION:
            work.entries.add(symbol.value // 4)
    for part in program.sections:
        for relocation in part.relocations:
            if relocation.symbol.section == section.index:
                target = relocation.symbol.value + relocation.addend
                work.entries.add(target // 4)
    return work


def _shorten_call(work: Code, relocation: Relocation, section: Section) -> None:
    """A call by name: of a marker, of the start-up code, of an exported function."""
    symbol = relocation.symbol
    index = relocation.offset // 4
    second = work.words[index + 1]
    assert second is not None
    link_register = second >> 7 & 31
    marker = None if symbol.section else find_marker(symbol.name)
    if marker is None:
        work.words[index] = encode("jal", link_register, 0)
        work.words[index + 1] = None
        if symbol.section == section.index:
            work.targets[index] = (symbol.value + relocation.addend) // 4
            work.settled.add(index)
        return
    after = marker.second if link_register == 1 else marker.tail
    if link_register > 1 or after is None:
        raise LinkError(f"{symbol.name}: a tail call cannot become this")
    work.words[index] = marker.first
    work.words[index + 1] = None if after == NOP else after
    work.settled.add(index)
    if is_jump(after):
        work.targets[index + 1] = index + 1


def _shorten_pair(work: Code, index: int) -> None:
    """A call or jump within the section, resolved by LLVM."""
    first, second = work.words[index], work.words[index + 1]
    assert first is not None
    if (
        second is None
        or second & 0x7F != OPCODE_JALR
        or second >> 15 & 31 != first >> 7 & 31
    ):
        raise LinkError(f"auipc at {4 * index:#x} of the code is no call")
    low = second >> 20
    distance = (first & 0xFFFFF000) + low - (low >> 11 << 12) & 0xFFFFFFFF
    distance -= distance >> 31 << 32
    work.words[index] = encode("jal", second >> 7 & 31, 0)
    work.words[index + 1] = None
    work.targets[index] = index + distance // 4


def _places(work: Code) -> list[int]:
    """Where each word begins now, and the end."""
    places = [0]
    for word in work.words:
        places.append(places[-1] + (0 if word is None else 4))
    return places


def _moved(symbol: Symbol, places: list[int]) -> Symbol:
    start = places[symbol.value // 4]
    end = places[(symbol.value + symbol.size) // 4]
    return replace(symbol, value=start, size=end - start)


def _rewritten(section: Section, work: Code, places: list[int]) -> Section:
    """The code with its jumps adjusted, and its fixups where they are now."""
    content = bytearray()
    for index, word in enumerate(work.words):
        if word is None:
            continue
        target = work.targets.get(index)
        if target is not None:
            distance = places[target] - places[index]
            if is_branch(word):
                word = word & S_FIELDS | immediate_b(distance)
            else:
                word = word & U_FIELDS | immediate_j(distance)
        content += word.to_bytes(4, "little")
    relocations = []
    for made in section.relocations:
        index = made.offset // 4
        if index in work.settled:
            continue
        kind = Kind.JAL if made.kind in _CALLS else made.kind
        relocations.append(replace(made, offset=places[index], kind=kind))
    return replace(section, size=len(content), content=content, relocations=relocations)


def _redirected(
    relocation: Relocation,
    symbols: dict[Symbol, Symbol],
    code: int,
    places: list[int],
) -> Relocation:
    """The same reference; one into the code by section and offset has a new offset."""
    symbol = relocation.symbol
    if symbol.section != code:
        return relocation
    moved = symbols[symbol]
    target = places[(symbol.value + relocation.addend) // 4]
    return replace(relocation, symbol=moved, addend=target - moved.value)
