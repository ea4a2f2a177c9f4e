"""Which difference of two outcomes says most, and when two differences are the same.

Hashes differ whenever anything does. So a difference is told by the first layer that
is no hash of others, and only if there is none by the hashes, innermost first.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from differential.compare import layers, printable
from differential.outcome import Difference, Outcome

HASHES: Final = ("next_free_slot", "state_root", "block_hash", "public_input")
"""Layers that sum up others; in the order in which they are told."""
KINDS: Final = ("outcome", "status", "reason")
"""Layers whose values are names: they are part of what the difference is."""
_NUMBER: Final = re.compile(r"0x[0-9a-f]+|\d+")


@dataclass(frozen=True, slots=True)
class Signature:
    """What makes two differences the same one: all but numbers."""

    engines: tuple[str, str]
    layer: str
    field: str
    """Place in the layer, numbers left out: `transactions[].logs[]`."""
    values: tuple[str, str] | None
    """Only for layers of names."""
    opcode: str = ""
    """The opcode after which the traces part, if known."""

    def describe(self) -> str:
        """One line."""
        text = f"{self.engines[0]} and {self.engines[1]}: {self.layer}"
        if self.field:
            text += f" at {self.field}"
        if self.values is not None:
            text += f" ({self.values[0]}, {self.values[1]})"
        return f"{text}, opcode {self.opcode}" if self.opcode else text


def origin(names: tuple[str, str], left: Outcome, right: Outcome) -> Difference | None:
    """The difference that says most, or None if there is none."""
    found: dict[str, Difference] = {}
    for layer, where, one, two in layers(left, right):
        if one is None or two is None or one == two:
            continue
        values = (printable(one), printable(two))
        difference = Difference(names, layer, where, values)
        if layer not in HASHES:
            return difference
        found.setdefault(layer, difference)
    return next((found[layer] for layer in HASHES if layer in found), None)


def signature_of(difference: Difference, opcode: str = "") -> Signature:
    """The signature of a difference whose traces part at `opcode`."""
    values = None
    if difference.layer in KINDS:
        one, two = (_without_numbers(value) for value in difference.values)
        values = (one, two)
    return Signature(
        difference.engines,
        difference.layer,
        _without_numbers(difference.where),
        values,
        opcode,
    )


def _without_numbers(value: Any) -> str:
    return _NUMBER.sub("", str(value))
