"""What all engines say about a block or a batch: a line of `--json`."""

from dataclasses import dataclass
from typing import Any, Final

from differential.outcome import Difference, Outcome

INSTANCE: Final = "zk"
"""Whose rules blocks follow; there is no other yet."""


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """One line of `--json`: a block of a case, or all as a batch, on all engines."""

    case: str
    protocol: str
    quirks: str
    engines: dict[str, Outcome]
    difference: Difference | None = None
    block: int | None = None
    """Index in a chain; None for a case of one block."""
    batch: tuple[int, int] | None = None
    """Indices of the first and last block of a batch; then `block` means nothing."""
    expected: Outcome | None = None
    """What the case expects, if that is one side of the difference."""

    def sides(self) -> tuple[Outcome, Outcome] | None:
        """What the two sides of the difference say, if there is one."""
        if self.difference is None:
            return None
        one, two = self.difference.engines
        left = self.engines[one] if self.expected is None else self.expected
        return left, self.engines[two]

    def to_json(self) -> dict[str, Any]:
        difference = None if self.difference is None else self.difference.to_json()
        head = {"protocol": self.protocol, "instance": INSTANCE, "quirks": self.quirks}
        if self.batch is not None:
            return {
                "case": self.case,
                "batch": list(self.batch),
                **head,
                "engines": {
                    name: item.batch_to_json() for name, item in self.engines.items()
                },
                "difference": difference,
            }
        return {
            "case": self.case,
            "block": self.block or 0,
            **head,
            "engines": {name: item.to_json() for name, item in self.engines.items()},
            "difference": difference,
        }
