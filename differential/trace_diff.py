"""The first EVM step at which two engines part.

A step is compared whole: position, gas, native, stack, memory, storage. A step that
starts alike and ends otherwise is the culprit; one that starts otherwise points at
the step before it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from zkos.host.trace import Step, StorageAccess

CONTEXT: Final = 5
"""Agreed steps shown before the split."""
MEMORY_WORD: Final = 32


@dataclass(frozen=True, slots=True)
class Split:
    """Where two traces part."""

    transaction: int
    index: int
    """Of the first step that differs, in its transaction."""
    field: str
    """What differs, e.g. `gas`, `stack[3]` (0 is the top), `memory[0x40]`."""
    values: tuple[Any, Any]
    culprit: Step | None
    """The opcode that made the difference; None if it was there before the first."""
    context: tuple[Step, ...]
    """Steps both engines agree on, the last ones before the split."""

    @property
    def opcode(self) -> str:
        """Mnemonic of the culprit; empty if there is none."""
        return "" if self.culprit is None else self.culprit.name

    def describe(self) -> list[str]:
        """Lines for a reader, without the context."""
        where = f"transaction {self.transaction}, step {self.index}: {self.field}"
        lines = [f"first different step: {where}"]
        if self.culprit is None:
            lines.append("no opcode has run before")
        else:
            lines.append(f"after {describe_step(self.culprit)}")
        return lines


Found = tuple[str, Any, Any]
"""Field and the two values."""


def first_split(
    left: Sequence[Step], right: Sequence[Step], context: int = CONTEXT
) -> Split | None:
    """The first difference of two traces, or None."""
    ones, twos = _by_transaction(left), _by_transaction(right)
    for transaction in sorted({*ones, *twos}):
        one, two = ones.get(transaction, []), twos.get(transaction, [])
        split = _split(transaction, one, two, context)
        if split is not None:
            return split
    return None


def _by_transaction(steps: Sequence[Step]) -> dict[int, list[Step]]:
    groups = groupby(steps, key=lambda step: step.transaction)
    return {number: list(group) for number, group in groups}


def _split(
    transaction: int, left: list[Step], right: list[Step], context: int
) -> Split | None:
    for index, (one, two) in enumerate(zip(left, right, strict=False)):
        found = next(_before(one, two), None)
        culprit = left[index - 1] if index else None
        if found is None:
            found, culprit = next(_after(one, two), None), one
        if found is not None:
            shown = tuple(left[max(0, index - context) : index])
            field, x, y = found
            return Split(transaction, index, field, (x, y), culprit, shown)
    agreed = min(len(left), len(right))
    if len(left) == len(right):
        return None
    ends = tuple(
        steps[agreed].name if agreed < len(steps) else "ends" for steps in (left, right)
    )
    culprit = left[agreed - 1] if agreed else None
    shown = tuple(left[max(0, agreed - context) : agreed])
    return Split(transaction, agreed, "end", (ends[0], ends[1]), culprit, shown)


def _before(one: Step, two: Step) -> Iterator[Found]:
    """What two steps find differently."""
    for name in ("depth", "address", "pc", "opcode", "gas", "native"):
        x, y = getattr(one, name), getattr(two, name)
        if x is not None and y is not None and x != y:
            yield name, x, y
    yield from _stacks(one.stack, two.stack)
    if one.memory_length != two.memory_length:
        yield "memory length", one.memory_length, two.memory_length
    if one.memory is not None and two.memory is not None:
        yield from _memories(one.memory, two.memory)


def _stacks(one: tuple[int, ...], two: tuple[int, ...]) -> Iterator[Found]:
    if one == two:
        return
    if len(one) != len(two):
        yield "stack length", len(one), len(two)
    pairs = zip(reversed(one), reversed(two), strict=False)
    for index, (x, y) in enumerate(pairs):
        if x != y:
            yield f"stack[{index}]", x, y


def _memories(one: bytes, two: bytes) -> Iterator[Found]:
    if one == two:
        return
    for start in range(0, len(one), MEMORY_WORD):
        x, y = one[start : start + MEMORY_WORD], two[start : start + MEMORY_WORD]
        if x != y:
            yield f"memory[{start:#x}]", x, y


def _after(one: Step, two: Step) -> Iterator[Found]:
    """What two steps that begin alike do differently."""
    if one.halted != two.halted:
        yield "halt", one.halted, two.halted
    if one.storage is not None and two.storage is not None:
        yield from _accesses(one.storage, two.storage)
    for name in ("gas_cost", "native_cost"):
        x, y = getattr(one, name), getattr(two, name)
        if x is not None and y is not None and x != y:
            yield name.removesuffix("_cost"), x, y


def _accesses(one: StorageAccess, two: StorageAccess) -> Iterator[Found]:
    if one.value is not None and two.value is not None and one.value != two.value:
        yield f"storage[{one.slot:#x}]", one.value, two.value


def describe_step(step: Step) -> str:
    """One line: where, what, what is left, the top of the stack."""
    words = " ".join(f"{word:#x}" for word in reversed(step.stack[-4:]))
    native = "" if step.native is None else f" native {step.native}"
    more = " ..." if len(step.stack) > 4 else ""
    return (
        f"depth {step.depth} pc {step.pc:#06x} {step.name} gas {step.gas}{native}"
        f" memory {step.memory_length} stack [{words}{more}]"
    )
