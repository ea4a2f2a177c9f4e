"""Which inputs a farm keeps: those that reach what none of its machines had reached.

Bits of features mean the same on all machines, since all have the same builds. With
one worker everything is kept that it keeps.
"""

from dataclasses import dataclass, field

from fuzz.campaign.outbox import Mark


@dataclass(slots=True)
class Ledger:
    """What is known of one target."""

    seen: int = 0
    names: set[str] = field(default_factory=set)
    _costs: dict[int, int] = field(default_factory=dict)
    """Of the cheapest input for each set of first features."""

    def wants(self, mark: Mark) -> bool:
        """Whether an input adds something, or does the same more cheaply."""
        if mark.name in self.names:
            return False
        features = mark.features
        if features & ~self.seen:
            return True
        known = self._costs.get(features)
        return known is not None and mark.cost < known

    def add(self, mark: Mark) -> None:
        """An input is kept."""
        features = mark.features
        self.names.add(mark.name)
        self.seen |= features
        known = self._costs.get(features)
        self._costs[features] = mark.cost if known is None else min(known, mark.cost)
