"""Which difference of two outcomes says most, and when two differences are the same.

Hashes differ whenever anything does, and what is paid for a change differs with the
change. So of all that differs, what causes the rest is told: effects before prices,
prices before balances, all of them before hashes.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from differential.compare import layers, printable
from differential.outcome import Difference, Outcome

RANKS: Final = (
    *("outcome", "transactions", "status", "transaction_hash", "reason"),
    *("return_data", "logs", "storage", "code_hash", "nonce"),
    *("l1_messages", "l1_logs", "pubdata_used", "gas_used", "native_used", "balance"),
    *("diffs", "preimages", "pubdata", "queries", "oracle_words"),
    *("next_free_slot", "state_root", "block_hash", "public_input"),
)
"""Layers from causes to effects; accounts by their fields."""
KINDS: Final = ("outcome", "status", "reason")
"""Layers whose values are names: they are part of what the difference is."""
_NO_TRANSACTION: Final = 1 << 32
_IN_TRANSACTION: Final = re.compile(r"transactions\[(\d+)\]")
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
    found = [
        (layer, where, one, two)
        for layer, where, one, two in layers(left, right)
        if one is not None and two is not None and one != two
    ]
    if not found:
        return None
    # What a transaction did wrong shows again in those after it.
    first = min(_transaction(where) for _, where, _, _ in found)
    kept = [item for item in found if _transaction(item[1]) in (first, _NO_TRANSACTION)]
    layer, where, one, two = min(kept, key=lambda item: _rank(item[0], item[1]))
    return Difference(names, layer, where, (printable(one), printable(two)))


def _rank(layer: str, where: str) -> int:
    name = where.split(" ")[0] if layer == "accounts" else layer
    return RANKS.index(name) if name in RANKS else len(RANKS)


def _transaction(where: str) -> int:
    """Index of the transaction that a place is in."""
    match = _IN_TRANSACTION.match(where)
    return int(match[1]) if match else _NO_TRANSACTION


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
