"""A seat: a lane of the farm, whoever sits on it, and what is between the two."""

from dataclasses import dataclass, field
from typing import Any

from fuzz.campaign.outbox import Mark
from fuzz.campaign.post import Standing, State


@dataclass(slots=True)
class Seat:
    """A lane as the driver knows it."""

    lane: int
    target: str = ""
    """What it shall work on; empty before its first turn and after its last."""
    actor: Any = None
    node: str = ""
    place: str = ""
    """The node as people are told."""
    question: Any = None
    """What was asked and not yet answered, as Ray knows it."""
    asked: float = 0.0
    heard: float = 0.0
    """When it answered last."""
    begins: bool = False
    """Its target is to be told with the next question."""
    released: bool = False
    cursor: int = 0
    """How many of its target's entries it was given."""
    wanted: list[Mark] = field(default_factory=list)
    settled: list[Mark] = field(default_factory=list)
    standing: Standing = field(default_factory=lambda: Standing("", State.WAITING))

    def leave(self) -> None:
        """Nobody sits here any more; whoever comes begins anew."""
        self.actor = self.question = None
        self.node = self.place = ""
        self.begins, self.cursor = bool(self.target), 0
        self.wanted, self.settled = [], []
        self.standing = Standing(self.target, State.WAITING)
