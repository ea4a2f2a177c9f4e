"""What registers hold in finished RV32 code, as far as delegations are concerned.

Two data-flow problems on the argument registers: which of them surely hold a constant
or another register plus a constant (setting that again is needless), and which are
still read (setting the others is needless). The calling convention is the psABI's.
"""

from dataclasses import dataclass, field
from typing import Final

from zkos.compiler.assembler import (
    A0,
    A1,
    A2,
    A3,
    OPCODE_BRANCH,
    OPCODE_IMMEDIATE,
    OPCODE_JAL,
    OPCODE_JALR,
    OPCODE_LOAD,
    OPCODE_LUI,
    OPCODE_REGISTER,
    OPCODE_STORE,
    OPCODE_SYSTEM,
    RA,
    ZERO,
)
from zkos.compiler.markers import CSR_BLAKE2S, CSR_KECCAK, CSR_U256

TRACKED: Final = (A0, A1, A2, A3)
"""Where delegations take their arguments."""
ALL: Final = frozenset(TRACKED)
ARGUMENT: Final = frozenset((A0,))
RESULTS: Final = frozenset((A0, A1))
NONE: Final[frozenset[int]] = frozenset()

Facts = dict[int, tuple[int, int]]
"""A tracked register holds the sum of a register and a number."""


@dataclass
class Code:
    """The words of a section, None where one is removed."""

    words: list[int | None]
    targets: dict[int, int] = field(default_factory=dict)
    """Where jumps and branches within the section go, by index."""
    entries: set[int] = field(default_factory=set)
    """Where control may come from elsewhere: functions, targets of jump tables."""
    fixed: set[int] = field(default_factory=set)
    """Words that the linker still has to fill in."""
    settled: set[int] = field(default_factory=set)
    """Words that the linker would have filled in, but need not any more."""


@dataclass
class _Block:
    """Words that run one after another."""

    start: int
    end: int
    after: list[int] = field(default_factory=list)
    """Starts of the blocks that may follow within the function."""


def is_branch(word: int) -> bool:
    """Whether a word is a conditional branch."""
    return word & 0x7F == OPCODE_BRANCH


def is_jump(word: int) -> bool:
    """Whether a word is `jal`."""
    return word & 0x7F == OPCODE_JAL


def jump_distance(word: int) -> int:
    """The offset of a branch or jump in bytes."""
    sign = word >> 31
    if is_branch(word):
        bits = (word >> 7 & 1) << 11 | (word >> 25 & 0x3F) << 5 | (word >> 8 & 15) << 1
        return bits - (sign << 12)
    bits = (
        (word >> 12 & 0xFF) << 12 | (word >> 20 & 1) << 11 | (word >> 21 & 0x3FF) << 1
    )
    return bits - (sign << 20)


def remove_needless(code: Code) -> None:
    """Remove what sets a register to what it holds, or to what nobody reads."""
    blocks = _blocks(code)
    _branch_on_flags(code, blocks)
    _remove_repeated(code, blocks)
    _remove_unread(code, blocks)


def _blocks(code: Code) -> dict[int, _Block]:
    """Basic blocks by start."""
    words = code.words
    starts = {0, *code.entries, *code.targets.values()}
    ends = {
        index + 1
        for index, word in enumerate(words)
        if word is not None and _leaves(code, index, word)
    }
    order = sorted(start for start in starts | ends if start < len(words))
    blocks = {}
    for start, end in zip(order, [*order[1:], len(words)], strict=True):
        block = _Block(start, end)
        last = _last(words, start, end)
        word = None if last is None else words[last]
        if word is not None and last is not None and _leaves(code, last, word):
            if last in code.targets:
                block.after.append(code.targets[last])
            if is_branch(word):
                block.after.append(end)
        else:
            block.after.append(end)
        block.after = [item for item in block.after if item < len(words)]
        blocks[start] = block
    return blocks


def _leaves(code: Code, index: int, word: int) -> bool:
    """Whether control goes, or may go, elsewhere; calls come back."""
    opcode = word & 0x7F
    return opcode == OPCODE_BRANCH or (
        opcode in (OPCODE_JAL, OPCODE_JALR) and word >> 7 & 31 == ZERO
    )


def _last(words: list[int | None], start: int, end: int) -> int | None:
    for index in reversed(range(start, end)):
        if words[index] is not None:
            return index
    return None


def _reads(word: int) -> frozenset[int]:
    """Tracked registers an instruction reads, calls and returns apart."""
    opcode = word & 0x7F
    first, second = word >> 15 & 31, word >> 20 & 31
    if opcode in (OPCODE_REGISTER, OPCODE_STORE, OPCODE_BRANCH):
        return ALL & {first, second}
    if opcode in (OPCODE_IMMEDIATE, OPCODE_LOAD, OPCODE_JALR):
        return ALL & {first}
    if opcode == OPCODE_SYSTEM:
        if word >> 20 == CSR_U256:
            return frozenset((A0, A1, A2))
        if word >> 20 == CSR_KECCAK:
            return frozenset((A0, A1))
        return ALL if word >> 20 == CSR_BLAKE2S else ALL & {first}
    return NONE


def _written(word: int) -> int:
    """The register an instruction writes, 0 for none."""
    opcode = word & 0x7F
    if opcode in (OPCODE_STORE, OPCODE_BRANCH):
        return ZERO
    if opcode == OPCODE_SYSTEM and word >> 20 == CSR_U256:
        return A2
    if opcode == OPCODE_SYSTEM and word >> 20 == CSR_KECCAK:
        return A0
    return word >> 7 & 31


def _is_call(word: int) -> bool:
    return word & 0x7F in (OPCODE_JAL, OPCODE_JALR) and word >> 7 & 31 != ZERO


# What registers hold.


def _remove_repeated(code: Code, blocks: dict[int, _Block]) -> None:
    before: dict[int, Facts | None] = dict.fromkeys(blocks)
    for entry in {0, *code.entries}:
        before[entry] = {}
    pending = sorted({0, *code.entries}, reverse=True)
    while pending:
        block = blocks[pending.pop()]
        facts = dict(before[block.start] or {})
        for index in range(block.start, block.end):
            _follow(code, index, facts)
        for start in block.after:
            known = before[start]
            met = facts if known is None else _both(known, facts)
            if met != known:
                before[start] = dict(met)
                pending.append(start)
    for block in blocks.values():
        known = before[block.start]
        if known is None:
            continue
        facts = dict(known)
        for index in range(block.start, block.end):
            if _follow(code, index, facts):
                code.words[index] = None


def _both(left: Facts, right: Facts) -> Facts:
    return {key: value for key, value in left.items() if right.get(key) == value}


def _follow(code: Code, index: int, facts: Facts) -> bool:
    """Go through one instruction; whether it changes nothing."""
    word = code.words[index]
    if word is None:
        return False
    if _is_call(word):
        facts.clear()
        return False
    written = _written(word)
    if written == ZERO:
        return False
    value = None
    if word & 0x707F == OPCODE_IMMEDIATE and index not in code.fixed:
        base = word >> 15 & 31
        number = (word >> 20) - (word >> 31 << 12)
        if base in facts:
            base, offset = facts[base]
            value = (base, offset + number)
        elif base != written:
            value = (base, number)
        if written in facts and facts[written] == value:
            return True
    for register in TRACKED:
        if register in facts and written in (register, facts[register][0]):
            del facts[register]
    if value is not None and written in ALL and value[0] != written:
        facts[written] = value
    return False


# Which registers are read.


def _live_in(code: Code, blocks: dict[int, _Block]) -> dict[int, frozenset[int]]:
    """Tracked registers that are read from the start of each block on."""
    live = dict.fromkeys(blocks, NONE)
    users: dict[int, set[int]] = {}
    for block in blocks.values():
        for start in block.after:
            users.setdefault(start, set()).add(block.start)
        for index in range(block.start, block.end):
            if index in code.targets:
                users.setdefault(code.targets[index], set()).add(block.start)
    pending = sorted(blocks)
    while pending:
        block = blocks[pending.pop()]
        now = _live_out(code, block, live)
        for index in reversed(range(block.start, block.end)):
            now = _before(code, index, now, live)
        if now != live[block.start]:
            live[block.start] = now
            pending += users.get(block.start, ())
    return live


def _live_out(
    code: Code, block: _Block, live: dict[int, frozenset[int]]
) -> frozenset[int]:
    return NONE.union(*(live[start] for start in block.after))


def _before(
    code: Code, index: int, now: frozenset[int], live: dict[int, frozenset[int]]
) -> frozenset[int]:
    """What is read from an instruction on, given what is read after it."""
    word = code.words[index]
    if word is None:
        return now
    opcode = word & 0x7F
    if _is_call(word):
        if index in code.targets:
            return live[code.targets[index]]
        # Else it is the start-up code, where all functions take one argument.
        return ARGUMENT if opcode == OPCODE_JAL else ALL
    if opcode == OPCODE_JALR:
        returns = word >> 15 & 31 == RA
        return RESULTS if returns else ALL
    if opcode == OPCODE_JAL and index not in code.targets:
        return ARGUMENT
    return (now - {_written(word)}) | _reads(word)


def _remove_unread(code: Code, blocks: dict[int, _Block]) -> None:
    live = _live_in(code, blocks)
    for block in blocks.values():
        now = _live_out(code, block, live)
        for index in reversed(range(block.start, block.end)):
            word = code.words[index]
            if (
                word is not None
                and index not in code.fixed
                and word & 0x7F in (OPCODE_IMMEDIATE, OPCODE_REGISTER, OPCODE_LUI)
                and _written(word) in ALL - now
            ):
                code.words[index] = None
            now = _before(code, index, now, live)


def _branch_on_flags(code: Code, blocks: dict[int, _Block]) -> None:
    """Branch on the flag of a delegation where it is, not on a copy of it."""
    live = _live_in(code, blocks)
    for block in blocks.values():
        last = block.end - 1
        word, move = code.words[last], code.words[last - 1]
        if last <= block.start or word is None or move is None or not is_branch(word):
            continue
        first, second = word >> 15 & 31, word >> 20 & 31
        copied = move & ~(31 << 7) == A2 << 15 | OPCODE_IMMEDIATE
        target = move >> 7 & 31
        if (
            copied
            and target in (first, second)
            and ZERO in (first, second)
            and target in ALL - _live_out(code, block, live)
        ):
            code.words[last - 1] = None
            if first == target:
                word = word & ~(31 << 15) | A2 << 15
            else:
                word = word & ~(31 << 20) | A2 << 20
            code.words[last] = word
