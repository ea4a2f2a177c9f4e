"""Workers on the machines of a Ray cluster: one station for each core.

The driver asks each station once a poll, never twice at a time. A station that is lost
is replaced on another core, where its lane goes on from what was heard of it last.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

import ray

from fuzz.campaign.folder import Folder
from fuzz.campaign.outbox import ENTRY
from fuzz.campaign.post import Standing, State
from fuzz.campaign.supervisor import CampaignError
from fuzz.corpus import write_atomically
from fuzz.farm.builds import Builds
from fuzz.farm.cluster import Arrival, Cluster
from fuzz.farm.hub import Hub
from fuzz.farm.messages import Begin, Orders, Report
from fuzz.farm.seat import Seat
from zkos.terminal.console import say

_POLL_SECONDS: Final = 0.5
_MOST_QUESTIONS: Final = 200.0
"""A second, to all stations together."""
_MOST_SEATS: Final = 100_000
_LOOK_SECONDS: Final = 3.0
"""How often machines are counted."""
_SILENT_SECONDS: Final = 90.0
"""A station that has not answered for so long is given up."""
_END_SECONDS: Final = 5.0
_BATCH_BYTES: Final = 4 << 20
"""Of entries given at once."""
Batch = list[Mapping[str, bytes]]


class RayCrew:
    """A crew on a cluster; machines may come and go."""

    def __init__(
        self,
        folder: Folder,
        cluster: Cluster,
        hub: Hub,
        campaign: str,
        builds: Builds,
        most: int | None,
    ) -> None:
        """`most` is the number of lanes at most, if there shall be one."""
        self._folder: Final = folder
        self._cluster: Final = cluster
        self._hub: Final = hub
        self._campaign: Final = campaign
        self._builds: Final = builds
        self._most: Final = most
        self._seats: Final[list[Seat]] = []
        self._batches: Final[dict[str, list[Any]]] = {}
        """Of each target, entries in the order they came, as references."""
        self._arrivals: Final[list[Arrival]] = []
        self._seeds: Final[dict[str, Any]] = {}
        self._looked = 0.0
        settings = folder.settings()
        # Workers take over from others where there may be others.
        self._settings: Final = replace(settings, jobs=1 if most == 1 else 2)

    @property
    def poll_seconds(self) -> float:
        """Longer with many seats: the driver asks so many a second at most."""
        return max(_POLL_SECONDS, len(self._seats) / _MOST_QUESTIONS)

    @property
    def trouble(self) -> str:
        """What the hub says."""
        return self._hub.trouble or ""

    @property
    def lanes(self) -> int:
        """As many as ever had a station; cores that come late add to them."""
        self._hire()
        return len(self._seats)

    def begin(self, lane: int, target: str) -> None:
        """Have a lane's station begin with the next question."""
        seat = self._seats[lane]
        seat.target, seat.begins, seat.released, seat.cursor = target, True, False, 0
        seat.standing = Standing(target, State.WAITING)

    def release(self, lane: int) -> None:
        """Ask for the end of a turn with the next question."""
        self._seats[lane].released = True

    def look(self) -> Mapping[int, Standing]:
        """Hear all that answered and ask again."""
        fresh: dict[str, Batch] = {}
        for item in self._hub.stored():
            if item.lane < len(self._seats):
                self._seats[item.lane].settled.append(item.mark)
            if item.mark.kind == ENTRY:
                fresh.setdefault(item.mark.target, []).append(item.parcel)
        for target, parcels in fresh.items():
            self._spread(target, parcels)
        for seat in self._seats:
            if seat.actor is not None:
                self._hear(seat)
        self._hub.sync()
        return {seat.lane: self._standing(seat) for seat in self._seats if seat.target}

    def end(self) -> None:
        """Ask all stations to end, store what comes in, and leave."""
        deadline = time.monotonic() + (0.0 if self._cluster.is_gone else _END_SECONDS)
        for seat in self._seats:
            seat.released = True
        while time.monotonic() < deadline and any(map(self._is_busy, self._seats)):
            self.look()
            time.sleep(0.1)
        self._hub.close(_END_SECONDS)
        if self._cluster.is_gone:
            return  # whoever asks Ray now waits for ever
        with suppress(Exception):
            calls = [s.actor.end.remote() for s in self._seats if s.actor is not None]
            ray.wait(calls, num_returns=len(calls), timeout=_END_SECONDS)
        self._cluster.close()

    def _standing(self, seat: Seat) -> Standing:
        silent = time.monotonic() - seat.heard if seat.actor is not None else 0.0
        return replace(seat.standing, node=seat.place, silent_seconds=round(silent, 1))

    def _is_busy(self, seat: Seat) -> bool:
        """Whether something may still come of a station."""
        if seat.actor is None:
            return False
        return seat.standing.state is State.WORKING or bool(seat.wanted or seat.settled)

    def _hire(self) -> None:
        """Invite stations to all cores that have none, and seat those that came."""
        for arrival in list(self._arrivals):
            may_sit = self._cluster.attend(arrival)
            if may_sit is not None:
                self._arrivals.remove(arrival)
            if may_sit:
                self._sit(arrival)
        if time.monotonic() - self._looked < _LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        try:
            machines = self._cluster.machines()
        except CampaignError:
            raise
        except Exception as error:  # the head may be away: what runs goes on
            say(f"the cluster does not answer: {' '.join(str(error).split())[:120]}")
            return
        alive = {machine.node for machine in machines}
        for seat in self._seats:
            if seat.actor is not None and seat.node not in alive:
                self._give_up(seat, "its node is gone")
        for machine in machines:
            here = [seat.node for seat in self._seats]
            here += [arrival.machine.node for arrival in self._arrivals]
            for _ in range(machine.cores - here.count(machine.node)):
                if self._room() > len(self._arrivals):
                    arrival = self._cluster.invite(machine, self._builds)
                    self._arrivals.append(arrival)

    def _room(self) -> int:
        """How many stations could take a seat."""
        free = sum(seat.actor is None for seat in self._seats)
        most = _MOST_SEATS if self._most is None else self._most
        return free + max(0, most - len(self._seats))

    def _sit(self, arrival: Arrival) -> None:
        """Give a station the lowest lane that is free."""
        seat = next((seat for seat in self._seats if seat.actor is None), None)
        if seat is None:
            seat = Seat(len(self._seats))
            self._seats.append(seat)
        machine = arrival.machine
        seat.actor, seat.node = arrival.actor, machine.node
        seat.place = f"{machine.address} {machine.node[:8]}"
        seat.heard = time.monotonic()
        seat.actor.settle_in.remote(self._campaign, self._settings, seat.lane)
        say(f"lane {seat.lane} is on {machine.address} ({machine.node[:8]})", "dim")

    def _hear(self, seat: Seat) -> None:
        if seat.question is not None:
            ready, _ = ray.wait([seat.question], timeout=0)
            if not ready:
                if time.monotonic() - seat.heard > _SILENT_SECONDS:
                    self._give_up(seat, "it is silent")
                return
            try:
                report = ray.get(seat.question)
            except Exception as error:  # Ray has many ways to say that it is gone
                self._give_up(seat, " ".join(str(error).split())[:120])
                return
            seat.question = None
            seat.heard = time.monotonic()
            self._take(seat, report)
        self._ask(seat)

    def _take(self, seat: Seat, report: Report) -> None:
        for path, content in report.slots.items():
            write_atomically(self._folder.path / path, content)
        for mark, parcel in report.parcels:
            if self._hub.receive(seat.lane, mark, parcel):
                seat.settled.append(mark)
        wanted, settled = self._hub.judge(report.marks)
        seat.wanted += wanted
        seat.settled += settled
        if not seat.begins:
            seat.standing = report.standing

    def _ask(self, seat: Seat) -> None:
        begin = None
        if seat.begins:
            seat.begins = False
            begin = Begin(seat.target, self._slot(seat))
            seat.actor.take.remote(self._seeds_of(seat.target))
        orders = Orders(
            begin,
            seat.released,
            tuple(seat.wanted),
            tuple(seat.settled),
            tuple(self._entries(seat)),
        )
        seat.wanted, seat.settled, seat.released = [], [], False
        seat.question = seat.actor.exchange.remote(orders)
        seat.asked = time.monotonic()

    def _slot(self, seat: Seat) -> dict[str, bytes]:
        name = f"{seat.target}/lane-{seat.lane}.slot"
        path = self._folder.path / name
        return {name: path.read_bytes()} if path.is_file() else {}

    def _entries(self, seat: Seat) -> list[Any]:
        """What a station was not yet given."""
        if not seat.target:
            return []
        known = self._batches_of(seat.target)
        fresh = known[seat.cursor :]
        seat.cursor = len(known)
        return fresh

    def _batches_of(self, target: str) -> list[Any]:
        if target not in self._batches:
            self._batches[target] = []
            paths = sorted(
                (self._folder.path / target / "corpus").glob("[!.]*"),
                key=lambda path: (path.stat().st_mtime_ns, path.name),
            )
            name = f"{target}/corpus"
            self._spread(target, [{f"{name}/{p.name}": p.read_bytes()} for p in paths])
        return self._batches[target]

    def _spread(self, target: str, parcels: Batch) -> None:
        """Make entries known to all stations of a target."""
        batch: Batch = []
        size = 0
        for parcel in parcels:
            batch.append(parcel)
            size += sum(map(len, parcel.values()))
            if size > _BATCH_BYTES:
                self._batches_of(target).append(ray.put(batch))
                batch, size = [], 0
        if batch:
            self._batches_of(target).append(ray.put(batch))

    def _seeds_of(self, target: str) -> Any:
        if target not in self._seeds:
            place = self._folder.path / target / "seeds"
            paths = [path for path in place.glob("*") if path.is_file()]
            files = {f"{target}/seeds/{p.name}": p.read_bytes() for p in paths}
            self._seeds[target] = ray.put(files)
        return self._seeds[target]

    def _give_up(self, seat: Seat, reason: str) -> None:
        """Let a station go; the lane waits for another core."""
        say(f"lane {seat.lane} lost its station: {reason}")
        with suppress(Exception):
            ray.kill(seat.actor)
        seat.leave()
