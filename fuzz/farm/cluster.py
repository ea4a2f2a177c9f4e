"""The machines of a Ray cluster: which there are, and stations on their cores."""

import logging
import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from fuzz.campaign.identity import identity, stranger
from fuzz.campaign.supervisor import CampaignError
from fuzz.farm.actor import StationActor
from fuzz.farm.builds import Builds, read_build
from zkos.terminal.console import say
from zkos.terminal.errors import UserError

_GREET_SECONDS: Final = 120.0
_CONNECT_SECONDS: Final = 2.0
_HEAD_SECONDS: Final = 20.0
"""A head that does not answer for so long is given up."""


class ClusterError(UserError):
    """There is no such cluster; one line for the user."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A node of the cluster."""

    node: str
    address: str
    cores: int


@dataclass(slots=True)
class Arrival:
    """A station that was invited and has no seat yet."""

    machine: Machine
    actor: Any
    question: Any
    asked: float
    builds: Builds
    is_furnished: bool = False
    """Builds it lacked were sent to it."""


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
        self._head: Final = None if address.startswith("ray://") else _head()
        self._silent_since: float | None = None
        self.is_gone = False
        """Whether the head was given up: nothing more can be asked."""
        self.address: Final = address

    def machines(self) -> list[Machine]:
        """Those that are alive and were not refused, in an order that stays.

        Raises OSError while the head does not answer, CampaignError when it is gone.
        """
        self._check_head()
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

    def invite(self, machine: Machine, builds: Builds) -> Arrival:
        """Have an actor made on a core of a machine, which says what it is."""
        where = NodeAffinitySchedulingStrategy(machine.node, soft=False)
        made: Any = ray.remote(StationActor).options(
            num_cpus=1, scheduling_strategy=where, max_concurrency=1
        )
        actor = made.remote()
        now = time.monotonic()
        return Arrival(machine, actor, actor.greet.remote(builds), now, builds)

    def attend(self, arrival: Arrival) -> bool | None:
        """Whether a station may take a seat; None while that is not known."""
        ready, _ = ray.wait([arrival.question], timeout=0)
        if not ready:
            late = time.monotonic() - arrival.asked > _GREET_SECONDS
            return self._dismiss(arrival) if late else None
        try:
            answer = ray.get(arrival.question)
        except Exception as error:
            # A machine may go at any moment; one without our code cannot load it.
            lacks = "No module named" in str(error)
            reason = "it lacks our code, or a package of it" if lacks else None
            return self._dismiss(arrival, reason)
        if arrival.is_furnished:
            damaged = f"build {answer[:16]} came damaged" if answer else None
            return True if damaged is None else self._dismiss(arrival, damaged)
        theirs, lacking, other = answer
        reason = stranger(identity(), theirs)
        if reason is None and other is not None:
            reason = f"another cache: its build {other[:16]} has another content"
        if reason is not None:
            return self._dismiss(arrival, reason)
        if not lacking:
            return True
        contents: Mapping[str, bytes] = {name: read_build(name) for name in lacking}
        arrival.question = arrival.actor.furnish.remote(arrival.builds, contents)
        arrival.asked = time.monotonic()
        arrival.is_furnished = True
        return None

    def _check_head(self) -> None:
        """See that the head is there, before Ray ends this process for its absence."""
        if self._head is None:
            return
        try:
            socket.create_connection(self._head, _CONNECT_SECONDS).close()
            self._silent_since = None
        except OSError:
            now = time.monotonic()
            self._silent_since = self._silent_since or now
            if now - self._silent_since > _HEAD_SECONDS:
                self.is_gone = True
                raise CampaignError("the cluster's head is gone") from None
            raise

    def _dismiss(self, arrival: Arrival, reason: str | None = None) -> bool:
        """Let a station go; for a reason its machine is refused, which is told once."""
        with suppress(Exception):  # the cluster may be gone
            ray.kill(arrival.actor)
        machine = arrival.machine
        if reason is not None and machine.node not in self._refused:
            self._refused.add(machine.node)
            say(f"node {machine.address} ({machine.node[:8]}) is refused: {reason}")
        return False

    def close(self) -> None:
        """Leave the cluster; stations end with that."""
        ray.shutdown()


def _head() -> tuple[str, int]:
    """Where the head listens."""
    address = str(ray.get_runtime_context().gcs_address)
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)
