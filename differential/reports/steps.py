"""The steps of two engines around the first that differs, as cells to be shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from differential.trace_diff import CONTEXT, Split, describe_step, first_split
from zkos.host.trace import Step

_TOP_WORDS: Final = 4
"""Of the stack in a row of steps."""
_UNKNOWN: Final = "\N{EN DASH}"
_LONGEST_WORD: Final = 14
"""Characters of a word before its middle is left out."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of one engine."""

    text: str
    different: bool = False
    full: str = ""
    """The value, where the text leaves some of it out."""


@dataclass(frozen=True, slots=True)
class Side:
    """A step of one engine."""

    place: Cell
    """Depth and program counter."""
    opcode: Cell
    gas: Cell
    native: Cell
    memory: Cell
    stack: tuple[Cell, ...]
    """The topmost words, the top first."""
    effect: Cell
    """The slot it uses, and whether it halts; mostly nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """The same step of both engines."""

    number: int
    """In its transaction."""
    sides: tuple[Side | None, Side | None]
    """None where an engine has ended."""
    is_split: bool
    is_culprit: bool
    """Whether its opcode made the difference."""


@dataclass(frozen=True, slots=True)
class Around:
    """Where two engines part, and what they do before and after."""

    transaction: int
    step: int
    field: str
    values: tuple[str, str]
    opcode: str
    """The one that made the difference; empty if there is none."""
    agreed: str
    """The last step both engines agree on; empty if there is none."""
    rows: tuple[Row, ...]
    stacks: tuple[tuple[Cell, ...], tuple[Cell, ...]]
    """Whole stacks at the first different step, the top first."""


def around(left: Sequence[Step], right: Sequence[Step]) -> Around | None:
    """What to show of two traces; None if they agree."""
    split = first_split(left, right)
    if split is None:
        return None
    ones, twos = (
        [step for step in steps if step.transaction == split.transaction]
        for steps in (left, right)
    )
    first = max(0, split.index - CONTEXT)
    last = min(split.index + CONTEXT + 1, max(len(ones), len(twos)))
    one, two = _at(ones, split.index), _at(twos, split.index)
    return Around(
        split.transaction,
        split.index,
        split.field,
        (_text(split.values[0]), _text(split.values[1])),
        split.opcode,
        describe_step(split.context[-1]) if split.context else "",
        tuple(_row(split, ones, twos, index) for index in range(first, last)),
        _stacks(one.stack if one else (), two.stack if two else (), None),
    )


def _row(split: Split, ones: list[Step], twos: list[Step], index: int) -> Row:
    one, two = _at(ones, index), _at(twos, index)
    sides = _sides(one, two)
    culprit = split.culprit is not None and split.culprit is one
    return Row(index, sides, index == split.index, culprit)


def _at(steps: list[Step], index: int) -> Step | None:
    return steps[index] if index < len(steps) else None


def _sides(one: Step | None, two: Step | None) -> tuple[Side | None, Side | None]:
    if one is None or two is None:
        alone = one or two
        assert alone is not None
        side = _sides(alone, alone)[0]
        return (side, None) if two is None else (None, side)
    places = _pair(f"{one.depth}:{one.pc:#06x}", f"{two.depth}:{two.pc:#06x}")
    opcodes = _pair(one.name, two.name)
    gas = _pair(_spent(one.gas, one.gas_cost), _spent(two.gas, two.gas_cost))
    native = _pair(
        _spent(one.native, one.native_cost), _spent(two.native, two.native_cost)
    )
    memory = _memories(one, two)
    stacks = _stacks(one.stack, two.stack, _TOP_WORDS)
    effects = _effects(one, two)
    cells = (places, opcodes, gas, native, memory, stacks, effects)
    left, right = (Side(*side) for side in zip(*cells, strict=True))
    return left, right


def _pair(one: str | None, two: str | None) -> tuple[Cell, Cell]:
    """Cells of two values; what an engine cannot know differs from nothing."""
    different = one is not None and two is not None and one != two
    return (
        Cell(_UNKNOWN if one is None else one, different),
        Cell(_UNKNOWN if two is None else two, different),
    )


def _spent(left: int | None, cost: int | None) -> str | None:
    if left is None:
        return None
    return str(left) if cost is None else f"{left} \N{MINUS SIGN}{cost}"


def _memories(one: Step, two: Step) -> tuple[Cell, Cell]:
    lengths = _pair(str(one.memory_length), str(two.memory_length))
    if one.memory == two.memory or None in (one.memory, two.memory):
        return lengths
    return (
        Cell(lengths[0].text, different=True, full=_text(one.memory)),
        Cell(lengths[1].text, different=True, full=_text(two.memory)),
    )


def _stacks(
    one: tuple[int, ...], two: tuple[int, ...], count: int | None
) -> tuple[tuple[Cell, ...], tuple[Cell, ...]]:
    ones, twos = one[::-1], two[::-1]
    return tuple(_words(ones, twos, count)), tuple(_words(twos, ones, count))


def _words(
    words: tuple[int, ...], others: tuple[int, ...], count: int | None
) -> Iterator[Cell]:
    for index, word in enumerate(words[:count]):
        different = index >= len(others) or others[index] != word
        full = f"{word:#x}"
        text = full if count is None else _cut(full)
        yield Cell(text, different, "" if text == full else full)
    if count is not None and len(words) > count:
        hidden = words[count:] != others[count:]
        yield Cell(f"+{len(words) - count}", hidden)


def _effects(one: Step, two: Step) -> tuple[Cell, Cell]:
    left, right = _effect(one), _effect(two)
    return (
        Cell(" ".join(map(_cut, left.split())), left != right, left),
        Cell(" ".join(map(_cut, right.split())), left != right, right),
    )


def _cut(word: str) -> str:
    """A number without its middle, if it is long."""
    short = word.startswith("0x") and len(word) > _LONGEST_WORD
    return f"{word[:8]}…{word[-4:]}" if short else word


def _effect(step: Step) -> str:
    parts = []
    access = step.storage
    if access is not None:
        value = "?" if access.value is None else f"{access.value:#x}"
        kind = "transient slot" if access.transient else "slot"
        parts.append(f"{kind} {access.slot:#x} {'←' if access.write else '='} {value}")
    if step.halted:
        parts.append("halts")
    return ", ".join(parts)


def _text(value: Any) -> str:
    match value:
        case bytes():
            return "0x" + value.hex()
        case bool():
            return str(value)
        case int():
            return f"{value:#x}" if value > 0xFFFF_FFFF else f"{value} ({value:#x})"
    return str(value)
