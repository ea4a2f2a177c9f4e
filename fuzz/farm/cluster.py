"""The machines of a Ray cluster: which there are, and stations on their cores."""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from fuzz.farm.actor import StationActor
from fuzz.farm.identity import Builds, identity, read_build, stranger
from zkos.terminal.console import say
from zkos.terminal.errors import UserError

_GREET_SECONDS: Final = 120.0


class ClusterError(UserError):
    """There is no such cluster; one line for the user."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A node of the cluster."""

    node: str
    address: str
    cores: int


class Cluster:
    """A connection to a cluster, as long as it is open."""

    def __init__(self, address: str) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            ray.init(
                address=address,
                logging_level=logging.ERROR,
                log_to_driver=False,
                namespace="zkos",
            )
        except Exception as error:  # each kind of address has its own
            word = " ".join(str(error).split())[:200] or type(error).__name__
            raise ClusterError(f"--cluster {address}: {word}") from error
        self._refused: Final[set[str]] = set()
        self._accepted: Final[set[str]] = set()
        self.address: Final = address

    def machines(self) -> list[Machine]:
        """Those that are alive and were not refused, in an order that stays."""
        found = [
            Machine(
                row["NodeID"],
                row["NodeManagerAddress"],
                int(row.get("Resources", {}).get("CPU", 0)),
            )
            for row in ray.nodes()
            if row["Alive"] and row["NodeID"] not in self._refused
        ]
        return sorted(found, key=lambda item: (item.address, item.node))

    def hire(self, machine: Machine, builds: Builds) -> Any | None:
        """A station on a core of a machine; None if it is refused or does not come."""
        where = NodeAffinitySchedulingStrategy(machine.node, soft=False)
        actor: Any = ray.remote(StationActor).options(
            num_cpus=1, scheduling_strategy=where, max_concurrency=1
        )
        made = actor.remote()
        try:
            reason = self._unfit(machine, made, builds)
        except Exception as error:
            # A machine may go at any moment; one without our code cannot load it.
            word = " ".join(str(error).split())
            reason = None
            if "ModuleNotFoundError" in word or "No module named" in word:
                reason = "it lacks our code, or a package of it"
            if reason is None:
                ray.kill(made)
                return None
        if reason is not None:
            ray.kill(made)
            self._refused.add(machine.node)
            say(f"node {machine.address} ({machine.node[:8]}) is refused: {reason}")
            return None
        return made

    def _unfit(self, machine: Machine, actor: Any, builds: Builds) -> str | None:
        """Why a machine cannot take part; builds it lacks are given to it."""
        greeting = ray.get(actor.greet.remote(builds), timeout=_GREET_SECONDS)
        theirs, lacks, other = greeting
        reason = stranger(identity(), theirs)
        if reason is not None:
            return reason
        if other is not None:
            return f"another cache: its build {other[:16]} has another content"
        if machine.node not in self._accepted and lacks:
            contents: Mapping[str, bytes] = {name: read_build(name) for name in lacks}
            damaged = ray.get(
                actor.furnish.remote(builds, contents), timeout=_GREET_SECONDS
            )
            if damaged is not None:
                return f"build {damaged[:16]} came damaged"
        self._accepted.add(machine.node)
        return None

    def close(self) -> None:
        """Leave the cluster; stations end with that."""
        ray.shutdown()
