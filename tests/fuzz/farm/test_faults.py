"""Random faults of a farm: what was announced is there after each, byte by byte.

`ZKOS_FAULTS=30 pytest -m slow tests/fuzz/farm/test_faults.py` is a long run of them.
"""

import os
import random
import signal
import subprocess
import time
from contextlib import ExitStack

import pytest

from fuzz.campaign.folder import Folder
from fuzz.farm.hub import ANNOUNCED, announced
from fuzz.farm.parcel import digests
from tests.fuzz.campaigns import finish, start
from tests.fuzz.farm.clusters import Node
from tests.fuzz.farm.networks import can_make, hosts
from tests.fuzz.planted import PLACE

pytest.importorskip("ray")
pytestmark = pytest.mark.slow
FAULTS = int(os.environ.get("ZKOS_FAULTS", "5"))
SEED = int(os.environ.get("ZKOS_FAULTS_SEED", "1"))
TARGET = f"{PLACE}rich"
STORE_BYTES = 48 << 20
PATIENCE = 240
"""Seconds in which a farm works again after a fault."""


class Farm:
    """A head, two nodes, a driver and a storage, each of which may die."""

    def __init__(self, tmp_path, places):
        self.folder = tmp_path / "campaign"
        self.disk = tmp_path / "disk"
        self.disk.mkdir()
        self.mounted = (
            can_make()
            and not subprocess.run(
                [
                    "mount",
                    "-t",
                    "tmpfs",
                    "-o",
                    f"size={STORE_BYTES}",
                    "x",
                    str(self.disk),
                ],
                check=False,
            ).returncode
        )
        self.store = self.disk / "store"
        self.places = places
        self.head = None
        self.nodes = []
        self.driver = None
        self.start_cluster()
        self.start_driver()

    def node(self, number, head=None):
        place = self.places[number] if self.places else None
        more = {} if place is None else {"inside": place.inside}
        address = None if place is None else place.address
        return Node(1, head, address=address, **more)

    def start_cluster(self):
        self.head = self.node(0).wait()
        self.nodes = [self.node(n, self.head) for n in (1, 2)]
        for node in self.nodes:
            node.wait()

    def start_driver(self):
        options = ("--seed", "7", "--cluster", self.head.address)
        options += ("--storage", str(self.store), "--blind", "100000")
        inside = self.places[0].inside if self.places else ()
        targets = () if (self.folder / "campaign.json").exists() else TARGET
        self.driver = start(self.folder, *options, target=targets, inside=inside)

    def count(self):
        """Announcements, each of which is held to what is in folder and storage."""
        path = self.folder / ANNOUNCED
        rows = announced(path.read_bytes()) if path.exists() else []
        for row in rows:
            for place in (self.folder, self.store):
                files = dict(row["files"])
                if row["kind"] == "finding":  # what was learnt later is added to it
                    name = f"findings/{row['name']}/finding.json"
                    files.pop(name)
                    assert Folder(place).finding(row["name"]).name == row["name"]
                found = {name: (place / name).read_bytes() for name in files}
                assert digests(found) == files, row
        return len(rows)

    def wait(self, more=5):
        """Until it announces again; what was there stays."""
        before = self.count()
        deadline = time.monotonic() + PATIENCE
        while self.count() < before + more:
            if self.driver.poll() is not None:
                _, _, errors = finish(self.driver)
                raise AssertionError(errors)
            assert time.monotonic() < deadline, "nothing more is announced"
            time.sleep(0.5)

    # Faults: each leaves the farm able to go on.

    def kill_worker(self, chance):
        found = [
            p for n in (self.head, *self.nodes) for p in n.named("campaign.worker")
        ]
        if found:
            os.kill(chance.choice(found), signal.SIGKILL)

    def kill_raylet(self, chance):
        number = chance.randrange(2)
        for pid in self.nodes[number].named("raylet/raylet"):
            os.kill(pid, signal.SIGKILL)
        time.sleep(chance.uniform(0, 5))
        self.nodes[number].close()
        self.nodes[number] = self.node(number + 1, self.head).wait()

    def kill_head(self, chance):
        for node in (self.head, *self.nodes):
            node.close()
        time.sleep(chance.uniform(0, 5))
        self.kill_driver(chance, again=False)
        self.start_cluster()
        self.start_driver()

    def kill_driver(self, chance, *, again=True):
        os.killpg(self.driver.pid, signal.SIGKILL)
        self.driver.communicate()
        if again:
            self.start_driver()

    def lose_storage(self, chance):
        away = self.disk / "away"
        if not self.store.exists():
            return
        self.store.rename(away)
        self.store.write_bytes(b"")  # nothing can be made below a file
        time.sleep(chance.uniform(5, 15))
        self.store.unlink()
        away.rename(self.store)

    def fill_storage(self, chance):
        if not self.mounted:
            return self.lose_storage(chance)
        ballast = self.disk / "ballast"
        try:
            with ballast.open("wb") as file:
                while True:
                    file.write(bytes(1 << 20))
                    file.flush()
        except OSError:
            pass
        time.sleep(chance.uniform(5, 15))
        return ballast.unlink()

    def cut_network(self, chance):
        if not self.places:
            return self.kill_worker(chance)
        place = self.places[chance.randrange(1, 3)]
        place.cut()
        time.sleep(chance.uniform(10, 25))
        place.join()
        number = self.places.index(place) - 1
        # A node that was taken for dead ends itself and is started as any service.
        time.sleep(5)
        if self.nodes[number].process.poll() is not None:
            self.nodes[number].close()
            self.nodes[number] = self.node(number + 1, self.head).wait()
        return None

    def close(self):
        if self.driver.poll() is None:
            os.killpg(self.driver.pid, signal.SIGKILL)
            self.driver.communicate()
        for node in (self.head, *self.nodes):
            node.close()
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.disk)], check=False)


KINDS = (
    Farm.kill_worker, Farm.kill_raylet, Farm.kill_head, Farm.kill_driver,
    Farm.lose_storage, Farm.fill_storage, Farm.cut_network,
)  # fmt: skip


def test_nothing_announced_is_lost_whatever_dies(tmp_path, monkeypatch):
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    chance = random.Random(SEED)
    with ExitStack() as stack:
        places = stack.enter_context(hosts(3)) if can_make() else []
        farm = Farm(tmp_path, places)
        stack.callback(farm.close)
        farm.wait(20)
        for number in range(FAULTS):
            kind = KINDS[number % len(KINDS)] if number < len(KINDS) else None
            kind = kind or chance.choice(KINDS)
            time.sleep(chance.uniform(0, 3))
            before = farm.count()
            kind(farm, chance)
            after = farm.count()
            assert after >= before
            farm.wait()
            text = f"fault {number + 1} {kind.__name__}: {farm.count()} announced"
            (tmp_path / "log").open("a").write(text + "\n")
        os.killpg(farm.driver.pid, signal.SIGINT)
        code, _, errors = finish(farm.driver)
        assert code == 130, errors
        assert farm.count() > 20
