"""What the driver and a station tell each other: one question and answer a poll."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fuzz.campaign.outbox import Mark
from fuzz.campaign.post import Standing
from fuzz.farm.parcel import Parcel


@dataclass(frozen=True, slots=True)
class Begin:
    """Work on a target, from where its lane was."""

    target: str
    files: Parcel
    """The lane's slot, if it has one."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What a station shall do now."""

    begin: Begin | None = None
    release: bool = False
    wanted: tuple[Mark, ...] = ()
    """What the driver asks the files of."""
    settled: tuple[Mark, ...] = ()
    """What is stored, or need not be: it may be forgotten."""
    entries: tuple[Any, ...] = ()
    """Parcels of what others kept, perhaps as references to them."""


@dataclass(frozen=True, slots=True)
class Report:
    """How a station stands."""

    standing: Standing
    slots: Parcel = field(default_factory=dict)
    """Of its lane, where they changed."""
    marks: tuple[Mark, ...] = ()
    """What it found and does not know to be stored."""
    parcels: tuple[tuple[Mark, Mapping[str, bytes]], ...] = ()
    """What it was asked for."""
