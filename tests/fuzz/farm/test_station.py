"""A station keeps what it found until it is stored; the hub stores it once."""

import os
import time
from pathlib import Path

import pytest

from fuzz.campaign.finding import Finding, finding_text
from fuzz.campaign.folder import Folder, Settings
from fuzz.campaign.outbox import ENTRY, FINDING, Mark, Outbox, packed
from fuzz.campaign.post import State
from fuzz.coverage.engine import name_of
from fuzz.coverage.target import Problem
from fuzz.farm.hub import ANNOUNCED, Hub, announced
from fuzz.farm.ledger import Ledger
from fuzz.farm.messages import Begin, Orders
from fuzz.farm.parcel import digests, fault_of, pack, place
from fuzz.farm.station import Station
from tests.fuzz.planted import NAME

SETTINGS = Settings((NAME,), 7, runs=300)
SECONDS = 60


def entry(content, first=1, cost=10):
    return Mark(ENTRY, name_of(content), NAME, packed(first), cost)


def received(hub, lane, mark, files):
    """Offer something and send it."""
    hub.judge([mark])
    return hub.receive(lane, mark, files)


def entry_files(content):
    return {f"{NAME}/corpus/{name_of(content)}.bin": content}


def finding(layer="logs"):
    problem = Problem("diverge", ("a", "b"), layer)
    return Finding(problem.name, NAME, problem, 1.0, 0, 5)


def finding_files(found, content=b"x"):
    place_ = f"findings/{found.name}"
    return {
        f"{place_}/case.bin": content,
        f"{place_}/finding.json": finding_text(found),
    }


def begun(path):
    folder = Folder(path)
    folder.begin(SETTINGS)
    return folder


def stored(hub, number, seconds=10):
    found = []
    deadline = time.monotonic() + seconds
    while len(found) < number and time.monotonic() < deadline:
        found += hub.stored()
        time.sleep(0.01)
    return found


# The outbox.


def test_marks_come_back_in_the_order_they_were_made(tmp_path):
    box = Outbox(tmp_path / "outbox")
    box.put(entry(b"unheard"))
    assert box.marks() == []
    (tmp_path / "outbox").mkdir()
    marks = [entry(bytes([n]), first=1 << n) for n in (9, 3, 5)]
    for mark in marks:
        box.put(mark)
    (tmp_path / "outbox" / "zz.json").write_text("{")
    assert box.marks() == marks
    box.drop(marks[1])
    assert box.marks() == [marks[0], marks[2]]


# Parcels.


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", ".x"])
def test_a_parcel_stays_in_its_folder(path):
    assert "no path of a campaign" in fault_of(entry(b"a"), {path: b"a"})


def test_a_parcel_is_what_its_mark_says():
    one, other = finding(), finding("state")
    assert fault_of(entry(b"a"), entry_files(b"a")) is None
    assert fault_of(entry(b"a"), entry_files(b"b")) is not None
    mark = Mark(FINDING, one.name, NAME)
    assert fault_of(mark, finding_files(one)) is None
    assert fault_of(mark, finding_files(other)) is not None
    torn = {p: c[: len(c) // 2] for p, c in finding_files(one).items()}
    assert fault_of(mark, torn) is not None


def test_a_finding_is_placed_once_and_whole(tmp_path):
    one = finding()
    place(tmp_path, finding_files(one, b"first"))
    place(tmp_path, finding_files(one, b"second"))
    folder = Folder(tmp_path)
    assert folder.findings() == [one]
    packed = pack(folder, Mark(FINDING, one.name, NAME))
    assert packed == finding_files(one, b"first")


# The ledger.


def test_the_ledger_keeps_what_is_new_or_cheaper():
    ledger = Ledger()
    assert ledger.wants(entry(b"a", 0b11, 10))
    ledger.add(entry(b"a", 0b11, 10))
    assert not ledger.wants(entry(b"a", 0b111, 5))  # it is there
    assert not ledger.wants(entry(b"b", 0b01, 5))
    assert not ledger.wants(entry(b"b", 0b11, 10))
    assert ledger.wants(entry(b"b", 0b11, 9))
    assert ledger.wants(entry(b"b", 0b100, 99))


# The hub.


def test_what_is_announced_is_there_with_its_digest(tmp_path):
    folder = begun(tmp_path)
    hub = Hub(folder, None)
    found = finding()
    mark = Mark(FINDING, found.name, NAME)
    wanted, settled = hub.judge([mark, entry(b"a")])
    assert [item.name for item in wanted] == [found.name, name_of(b"a")]
    assert settled == []
    assert not received(hub, 0, mark, finding_files(found))
    assert not received(hub, 1, entry(b"a"), entry_files(b"a"))
    assert len(stored(hub, 2)) == 2
    rows = announced((tmp_path / ANNOUNCED).read_bytes())
    assert [row["kind"] for row in rows] == [FINDING, ENTRY]
    for row in rows:
        files = {path: (tmp_path / path).read_bytes() for path in row["files"]}
        assert digests(files) == row["files"]
    # Others that found the same may forget it.
    assert hub.judge([mark, entry(b"a")])[0] == []
    hub.close(1)


def test_two_stations_do_not_keep_the_same(tmp_path):
    hub = Hub(begun(tmp_path), None)
    wanted, _ = hub.judge([entry(b"a", 1), entry(b"b", 1)])
    assert len(wanted) == 2  # nothing came yet
    assert not hub.receive(0, wanted[0], entry_files(b"a"))
    assert hub.receive(1, wanted[1], entry_files(b"b"))
    assert [item.mark.name for item in stored(hub, 1)] == [name_of(b"a")]
    hub.close(1)


class Away:
    """A store that refuses the first writes."""

    def __init__(self, times):
        self.times = times
        self.files = {}

    def put(self, path, content):
        if self.times:
            self.times -= 1
            raise OSError("no route to host")
        self.files[path] = content


def test_nothing_is_announced_while_the_storage_is_away(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("fuzz.farm.hub._RETRY_SECONDS", 0.05)
    store = Away(3)
    hub = Hub(begun(tmp_path), store)
    received(hub, 0, entry(b"a"), entry_files(b"a"))
    deadline = time.monotonic() + 10
    while hub.trouble is None and time.monotonic() < deadline:
        assert not (tmp_path / ANNOUNCED).exists()
        time.sleep(0.005)
    assert hub.trouble == "no route to host"
    assert len(stored(hub, 1)) == 1
    assert store.files == entry_files(b"a")
    told = capsys.readouterr().err
    assert told.count("the storage is away") == 1
    assert "the storage is back" in told
    hub.close(1)


# Stations.


def answers(station, until, entries=()):
    """Reports, with everything asked for, until one is as wished."""
    deadline = time.monotonic() + SECONDS
    wanted = ()
    while time.monotonic() < deadline:
        report = station.exchange(Orders(wanted=wanted), list(entries))
        yield report
        if until(report):
            return
        wanted = report.marks
        time.sleep(0.1)
    raise AssertionError("it never came")


def at_work(home, lane=0):
    station = Station(home, SETTINGS, lane)
    station.take({f"{NAME}/seeds/{name_of(b'a')}.bin": b"a"})
    station.exchange(Orders(begin=Begin(NAME, {})), [])
    return station


def test_a_station_works_and_tells_all_it_found(tmp_path):
    station = at_work(tmp_path)
    reports = list(answers(station, lambda item: item.standing.state is State.DONE))
    station.end()
    parcels = [pair for report in reports for pair in report.parcels]
    assert len({mark.key for mark, _ in parcels}) > 10
    assert all(fault_of(mark, parcel) is None for mark, parcel in parcels)
    assert any(f"{NAME}/lane-0.slot" in report.slots for report in reports)


def test_what_was_not_settled_is_told_by_the_next_station(tmp_path):
    station = at_work(tmp_path)
    list(answers(station, lambda item: item.standing.state is State.DONE))
    station.end()
    left = {m.key for m in station._folder.outbox.marks()}
    assert left
    for handle in station._handles:
        os.close(handle)

    second = Station(tmp_path, SETTINGS, 3)
    told = {}
    for report in answers(second, lambda item: left <= told.keys()):
        told.update((mark.key, mark) for mark in report.marks)
    second.exchange(Orders(settled=tuple(told.values())), [])
    second.end()
    assert len(list(Path(tmp_path).glob("lane-*"))) == 1


def test_what_others_found_is_not_told_back(tmp_path):
    station = Station(tmp_path, SETTINGS, 0)
    content = b"abq"
    station.exchange(Orders(begin=Begin(NAME, {})), [entry_files(content)])
    names = set()
    for report in answers(station, lambda item: item.standing.state is State.DONE):
        names.update(mark.name for mark in report.marks)
    station.end()
    assert names
    assert name_of(content) not in names
