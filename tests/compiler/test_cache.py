"""Artefacts are found again exactly where nothing they depend on has changed."""

import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.damage import DAMAGES, damage
from zkos.compiler import cache, cache_folder
from zkos.compiler.build import build
from zkos.compiler.emit import X86
from zkos.compiler.native import NativeLibrary

ROOT = Path(__file__).resolve().parents[2]
NAMES = [f"{digit * 64}.o" for digit in "abc"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ZKOS_CACHE", str(tmp_path / "cache"))
    cache_folder.tell_once.cache_clear()
    return tmp_path / "cache"


def written(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return str(path)


def test_keys_tell_sources_parts_and_places(tmp_path):
    one = written(tmp_path / "one" / "guest.py", "X = 1\n")
    key = cache.key(["x86"], [one])
    assert key == cache.key(["x86"], [one])
    assert key != cache.key(["rv32"], [one])
    # Traps name the file, so equal text elsewhere is another program.
    assert key != cache.key(
        ["x86"], [written(tmp_path / "two" / "guest.py", "X = 1\n")]
    )
    written(tmp_path / "one" / "guest.py", "X = 2\n")
    assert key != cache.key(["x86"], [one])


def test_keys_depend_on_what_is_imported(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "PACKAGE", tmp_path)
    (tmp_path / "zkos").mkdir()
    main = written(tmp_path / "main.py", "from zkos.near import f\n")
    written(tmp_path / "zkos" / "near.py", "import zkos.far\n")
    far = tmp_path / "zkos" / "far.py"
    written(far, "X = 1\n")
    written(tmp_path / "zkos" / "other.py", "X = 1\n")
    key = cache.key([], [main])
    written(tmp_path / "zkos" / "other.py", "X = 2\n")
    assert key == cache.key([], [main])
    written(far, "X = 2\n")
    assert key != cache.key([], [main])


def test_artefacts_are_whole_or_absent(folder):
    assert cache.load("a") is None
    cache.save("a", b"1")
    cache.save("a", b"23")
    assert cache.load("a") == b"23"
    kept = [path.name for path in folder.iterdir() if path.name[0] != "."]
    assert kept == ["a"]


def test_an_artefact_is_not_taken_for_another(folder):
    cache.save("a", b"1")
    cache.save("b", b"2")
    (folder / "a").replace(folder / "b")
    assert cache.load("b") is None


@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_is_absence_and_told_once(folder, kind, capsys):
    for name in NAMES:
        cache.save(name, b"content")
        damage(folder / name, kind)
    assert [cache.load(name) for name in NAMES] == [None] * 3
    errors = capsys.readouterr().err
    if kind != "dangling":
        assert errors == f"zkos: cache {folder}: damaged; what is, is made again\n"
    for name in NAMES:
        cache.save(name, b"content")
        assert cache.load(name) == b"content"


@pytest.mark.native
@pytest.mark.parametrize("kind", DAMAGES)
def test_a_build_heals_itself(folder, kind):
    def made():
        name = "tests.compiler.rules.accepted.wrapping"
        return build([name], [f"{name}:run"], X86)

    first = made()
    (name,) = first.module.exports
    expected = NativeLibrary(first).call(name, 7, 9)
    for ending in (".o", ".json"):
        (path,) = folder.glob(f"*{ending}")
        damage(path, kind)
        again = made()
        assert again.code == first.code
        assert NativeLibrary(again).call(name, 7, 9) == expected
        assert path.is_file()
        assert made().code == first.code


def test_what_cannot_be_written_is_built_and_not_kept(monkeypatch, capsys):
    monkeypatch.setenv("ZKOS_CACHE", "/sys")
    cache_folder.tell_once.cache_clear()
    with cache.locked(NAMES[0]):
        cache.save(NAMES[0], b"content")
    cache.save(NAMES[1], b"content")
    assert cache.load(NAMES[0]) == b"content"
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("zkos: cache /sys: ")
    assert line.endswith("what is built is not kept")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be somebody else")
def test_a_folder_of_somebody_else_is_read(folder):
    cache.save(NAMES[0], b"content")
    folder.chmod(0o755)
    for place in folder.parents:
        if not place.stat().st_mode & 1:
            place.chmod(place.stat().st_mode | 0o711)
    child = multiprocessing.get_context("fork").Process(target=_as_nobody)
    child.start()
    child.join()
    assert child.exitcode == 0
    assert cache.load(NAMES[1]) is None


def _as_nobody():
    os.setuid(65534)
    with cache.locked(NAMES[1]):
        assert cache.load(NAMES[0]) == b"content"
        cache.save(NAMES[1], b"more")
        assert cache.load(NAMES[1]) == b"more"


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("{file}", "not a folder"),
        ("{file}/below", "not a folder"),
        ("/proc/nowhere", "No such file or directory"),
        ("{file}{long}", "File name too long"),
    ],
)
def test_a_senseless_folder_is_refused(tmp_path, monkeypatch, place, reason):
    (tmp_path / "file").write_text("mine")
    given = place.format(file=tmp_path / "file", long="x" * 300)
    monkeypatch.setenv("ZKOS_CACHE", given)
    for use in (cache.load, lambda name: cache.save(name, b"")):
        with pytest.raises(cache_folder.CacheError, match=f"ZKOS_CACHE=.*: {reason}"):
            use("a")
    assert (tmp_path / "file").read_text() == "mine"


def test_the_users_folder_need_not_be_writable(monkeypatch, capsys):
    monkeypatch.delenv("ZKOS_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    cache_folder.tell_once.cache_clear()
    with cache.locked("a"):
        cache.save("a", b"1")
    assert cache.load("a") == b"1"
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_locks_let_one_in_whoever_waits_or_dies(folder):
    program = (
        "import sys, time\n"
        "from zkos.compiler import cache\n"
        "with cache.locked('a'):\n"
        "    print('in', flush=True)\n"
        "    time.sleep(float(sys.argv[1]))\n"
        "    print('out', flush=True)\n"
    )

    def start(seconds, out):
        command = [sys.executable, "-c", program, str(seconds)]
        return subprocess.Popen(command, stdout=out, cwd=ROOT)

    killed = start(60, subprocess.PIPE)
    assert killed.stdout.readline() == b"in\n"
    log = folder.parent / "log"
    with log.open("ab") as out:
        others = [start(0.3, out) for _ in range(3)]
        time.sleep(0.5)
        assert log.read_text() == ""
        killed.kill()
        killed.communicate()
        assert [item.wait(60) for item in others] == [0, 0, 0]
    assert log.read_text() == "in\nout\n" * 3


def test_locks_end_with_whatever_they_protect(folder):
    with pytest.raises(ZeroDivisionError), cache.locked("a"):
        raise ZeroDivisionError
    with cache.locked("a"):
        pass


def used(path, days):
    moment = time.time() - days * 86400
    os.utime(path, (moment, moment))


def test_pruning_removes_the_old_then_the_oldest(folder):
    for days, name in enumerate(NAMES):
        cache.save(name, bytes(1000))
        used(folder / name, 10 * days)
    mine = folder / "mine.txt"
    mine.write_text("no artefact")
    used(mine, 1000)
    removed, left = cache_folder.prune(days=15)
    assert [item.path.name for item in removed] == [NAMES[2]]
    assert cache.load(NAMES[1]) is not None  # which is a use
    used(folder / NAMES[0], 5)
    removed, left = cache_folder.prune(days=15, most_bytes=1500)
    assert [item.path.name for item in removed] == [NAMES[0]]
    assert [item.path.name for item in left] == [NAMES[1]]
    assert mine.is_file()


def test_pruning_happens_of_itself_once_a_day(folder):
    for name in NAMES[:2]:
        cache.save(name, b"content")
        used(folder / name, 40)
    assert cache.load(NAMES[2]) is None
    cache.save(NAMES[2], b"content")
    assert (folder / NAMES[0]).exists()
    used(folder / ".pruned", 2)
    cache.save(NAMES[2], b"content")
    assert not (folder / NAMES[0]).exists()
    assert cache.load(NAMES[2]) == b"content"
