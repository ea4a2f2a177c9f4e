"""A station as Ray runs it: an actor on one core of one machine."""

import getpass
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import ray

from fuzz.campaign.folder import Settings
from fuzz.campaign.identity import Identity, identity
from fuzz.farm.builds import Builds, missing, take_builds
from fuzz.farm.messages import Orders, Report
from fuzz.farm.station import Station

HOME: Final = "ZKOS_FARM"
"""Environment variable that names the folder of stations on a machine."""


class StationActor:
    """What the driver calls; it runs no input, so it always answers."""

    def __init__(self) -> None:
        self._station: Station | None = None

    def greet(self, wanted: Builds) -> tuple[Identity, list[str], str | None]:
        """What this machine is, the builds it lacks, and one that is another's."""
        lacks, other = missing(wanted)
        return identity(), lacks, other

    def furnish(self, wanted: Builds, contents: Mapping[str, bytes]) -> str | None:
        """Take builds; the name of one that came damaged."""
        return take_builds(wanted, contents)

    def settle_in(self, campaign: str, settings: Settings, lane: int) -> None:
        """Be a lane of a campaign."""
        self._station = Station(_home() / campaign, settings, lane)

    def take(self, parcel: Mapping[str, bytes]) -> None:
        """Place files in the station's folder."""
        self._known.take(parcel)

    def exchange(self, orders: Orders) -> Report:
        """Do what the driver says and tell what there is."""
        entries: list[Any] = []
        for item in orders.entries:
            entries += ray.get(item) if isinstance(item, ray.ObjectRef) else [item]
        return self._known.exchange(orders, entries)

    def end(self) -> None:
        """Have no worker any more."""
        if self._station is not None:
            self._station.end()

    @property
    def _known(self) -> Station:
        assert self._station is not None
        return self._station


def _home() -> Path:
    given = os.environ.get(HOME)
    if given:
        return Path(given).absolute()
    return Path(tempfile.gettempdir()) / f"zkos-farm-{getpass.getuser()}"
