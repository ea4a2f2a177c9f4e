"""The next process of a post goes on where the last one was, and runs nothing twice."""

from fuzz.campaign.folder import Folder, Settings
from fuzz.campaign.identity import ground
from fuzz.campaign.worker import Worker
from fuzz.coverage.counters import semantic
from tests.fuzz.planted import NAME, Planted

LANE = 0


class Counted(Planted):
    """Counts what it runs."""

    runs = 0

    def run(self, value):
        self.runs += 1
        seen = super().run(value)
        # Once more, and it is not there: nothing to rely on.
        seen.semantic |= semantic("wavering", self.runs % 2)
        return seen


def begin(path, runs=600):
    folder = Folder(path)
    folder.begin(Settings((NAME,), seed=3, runs=runs))
    folder.take_seeds(NAME, ".bin", [b"a", b"ab", b"q", b"xyz"])
    return folder


def work(folder):
    """A worker from its beginning to its end; its pool and how much it ran."""
    target = Counted(NAME)
    worker = Worker(folder, target, LANE)
    worker.run()
    return worker._search.pool, target.runs


def shape(pool):
    return (
        [(e.name, e.size, e.cost, e.first, e.load()) for e in pool.entries],
        pool.seen,
        pool.bytes,
        pool.unstable,
    )


def test_a_second_process_knows_what_the_first_did(tmp_path):
    folder = begin(tmp_path / "campaign")
    pool, runs = work(folder)
    assert runs > 600
    assert len(pool.entries) > 4

    again, more = work(folder)

    assert more == 0
    assert shape(again) == shape(pool)


def test_the_next_process_goes_on(tmp_path):
    folder = begin(tmp_path / "campaign", runs=250)
    first, runs = work(folder)
    folder.extend(None, 600, None)

    pool, more = work(folder)

    assert 350 <= more < 350 + runs
    assert folder.slot(NAME, LANE).progress().iteration == 600
    assert pool.seen & first.seen == first.seen
    assert len(pool.entries) > len(first.entries)


def test_on_another_ground_all_is_measured_anew(tmp_path, monkeypatch):
    folder = begin(tmp_path / "campaign")
    pool, _ = work(folder)
    monkeypatch.setattr("fuzz.campaign.folder.ground", lambda _: "another")

    again, runs = work(folder)

    assert runs >= len(pool.entries)
    assert again.seen == pool.seen


def test_what_is_damaged_is_measured_again(tmp_path):
    folder = begin(tmp_path / "campaign")
    pool, _ = work(folder)
    path = folder.path / NAME / "lane-0.pool"
    lines = path.read_bytes().splitlines(keepends=True)
    changed = lines[1].replace(b'"size": ', b'"size": 1')
    path.write_bytes(lines[0] + changed + lines[2][:9])
    lost = pool.entries[0].name
    folder.corpus(NAME, ".bin").path(lost).write_bytes(b"cut")

    again, runs = work(folder)

    assert changed != lines[1]
    assert runs >= len(pool.entries) - 2
    assert lost not in again or again.get(lost).load() != b"cut"
    assert again.seen == pool.seen


def test_grounds_tell_images_and_foreign_targets(tmp_path, monkeypatch):
    ours = ground("hashes")
    assert ground("hashes") == ours != ground(NAME)
    (tmp_path / "some.bin").write_bytes(b"1")
    monkeypatch.setenv("ZKOS_IMAGES", str(tmp_path))
    with_image = ground("hashes")
    (tmp_path / "some.bin").write_bytes(b"2")
    assert len({ours, with_image, ground("hashes")}) == 3
