"""A difference in words: where it is, what both say, what they last agreed on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from differential.compare import layers, printable
from differential.outcome import Difference, Outcome

_LONGEST: Final = 160
"""Characters of a value before its middle is left out."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """A value both engines gave."""

    layer: str
    where: str
    value: Any


@dataclass(slots=True)
class LayerCount:
    """How two engines compare in a layer."""

    layer: str
    values: int = 0
    """Values both know."""
    different: int = 0
    where: str = ""
    """Place of the first different value."""
    pair: tuple[Any, Any] = (None, None)


def count_layers(left: Outcome, right: Outcome) -> list[LayerCount]:
    """Every layer both engines know, with the first difference of each."""
    counts: dict[str, LayerCount] = {}
    for layer, where, one, two in layers(left, right):
        if one is None or two is None:
            continue
        count = counts.setdefault(layer, LayerCount(layer))
        count.values += 1
        if one != two:
            if not count.different:
                count.where, count.pair = where, (printable(one), printable(two))
            count.different += 1
    return list(counts.values())


def last_agreement(
    left: Outcome, right: Outcome, difference: Difference
) -> Agreement | None:
    """The last value compared before the difference, if any."""
    last = None
    for layer, where, one, two in layers(left, right):
        if (layer, where) == (difference.layer, difference.where):
            return last
        if one is not None and two is not None:
            last = Agreement(layer, where, printable(one))
    return last


def explain(left: Outcome, right: Outcome, difference: Difference) -> list[str]:
    """Lines for a reader: place, values, last agreement, the layers below."""
    lines = [f"first difference: {difference.layer}{_at(difference.where)}"]
    lines.extend(_values(difference.engines, difference.values))
    agreed = last_agreement(left, right, difference)
    if agreed is not None:
        place = f"{agreed.layer}{_at(agreed.where)}"
        lines.append(f"  last agreement: {place} = {text_of(agreed.value)}")
    for count in count_layers(left, right):
        if count.different and count.layer != difference.layer:
            lines.append(f"also different: {count.layer}{_at(count.where)}")
            lines.extend(_values(difference.engines, count.pair))
    return lines


def _at(where: str) -> str:
    return f" at {where}" if where else ""


def _values(names: tuple[str, str], values: tuple[Any, Any]) -> Iterator[str]:
    width = max(len(name) for name in names)
    for name, value in zip(names, values, strict=True):
        yield f"  {name:{width}}  {text_of(value)}"


def text_of(value: Any) -> str:
    """A printable value on one line, cut in the middle when very long."""
    text = value if isinstance(value, str) else repr(value)
    if len(text) > _LONGEST:
        return f"{text[:90]}...{text[-40:]} ({len(text)} characters)"
    return text
