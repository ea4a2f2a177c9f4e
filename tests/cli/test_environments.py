"""Bad surroundings: disks, pipes, names, devices, archives. One line, a known code."""

import json
import os
import resource
import subprocess
import sys
import tarfile
import zipfile
from xml.etree import ElementTree

import pytest

from fuzz.mutants.hunt import Catch
from tests.cli.support import zkos, zkos_here
from tests.fuzz.planted import NAME
from zkos.terminal import archives, ending
from zkos.terminal.files import PARTS

GOOD = json.dumps({"block": {}, "accounts": {}, "txs": []})
ENGINE = ("--engine", "module=tests.differential.engines.constant")
TARGET = ("-t", NAME)


@pytest.fixture
def case(tmp_path):
    path = tmp_path / "case.json"
    path.write_text(GOOD)
    return path


def refused(done, *words):
    """Bad input in one line on standard error, nothing else."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("zkos: ")
    for word in words:
        assert str(word) in line
    assert "Traceback" not in line


def shell(text, **more):
    """The program in a shell: `$Z` is it."""
    environment = {**os.environ, "Z": f"{sys.executable} -m zkos.cli"}
    return subprocess.run(
        ["/bin/bash", "-c", text],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=environment,
        **more,
    )


@pytest.mark.parametrize("options", ["", "--json"])
@pytest.mark.parametrize("command", ["diff", "run"])
def test_a_full_disk_under_the_output(case, command, options):
    done = shell(f"$Z {command} {options} {case} {' '.join(ENGINE)} > /dev/full")
    assert (done.returncode, done.stderr) == (
        2,
        "zkos: output: No space left on device\n",
    )


@pytest.mark.parametrize("command", ["engines", "fuzz targets", "cache show", "--help"])
def test_a_full_disk_under_any_command(command):
    done = shell(f"$Z {command} > /dev/full")
    assert done.returncode == 2
    assert done.stderr.splitlines() == ["zkos: output: No space left on device"]


@pytest.mark.parametrize("options", ["", "--json"])
def test_a_reader_that_goes_away(case, options):
    words = f"diff {options} {case} {case} {' '.join(ENGINE)}"
    done = shell(f"$Z {words} | true; exit ${{PIPESTATUS[0]}}")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr


def test_streams_that_are_closed(case):
    words = f"$Z diff {case} {' '.join(ENGINE)}"
    for streams in (">&-", "2>&-", "<&- >&- 2>&-"):
        assert shell(f"{words} {streams}").returncode == 0
    assert shell("$Z run nowhere.json 2>/dev/full").returncode == 2


@pytest.mark.parametrize("option", ["--html", "--junit"])
def test_a_report_that_cannot_be_written_is_refused_before_the_run(
    case, tmp_path, option
):
    (tmp_path / "file").write_text("mine")
    for place, reason in (
        ("/nosuch/x", "there is no folder /nosuch"),
        (tmp_path, "is a folder"),
        (tmp_path / "file" / "x", "no folder"),
    ):
        # An engine that would be built first.
        done = zkos_here("diff", case, "--engine", "native", option, place)
        refused(done, place, reason)
    assert (tmp_path / "file").read_text() == "mine"


def test_other_files_are_refused_before_the_run(case, tmp_path):
    for words in (
        ("replay", case, "--record", "/nosuch/x"),
        ("minimise", case, *ENGINE, "--engine", "native", "-o", "/nosuch/x"),
        ("mutants", "run", "--results", "/nosuch/x"),
        ("statetest", case, "--results", "/nosuch/x"),
        ("report", tmp_path, "-o", "/nosuch/x"),
    ):
        refused(zkos_here(*words), "/nosuch/x", "there is no folder")


def test_names_that_are_no_text(tmp_path):
    folder = os.fsencode(tmp_path)
    with open(folder + b"/bad\xff.json", "w") as file:
        file.write(GOOD)
    page, xml = tmp_path / "r.html", tmp_path / "r.xml"
    done = zkos("diff", tmp_path, *ENGINE, "--html", page, "--junit", xml)
    assert done.returncode == 0, done.stderr
    assert r"bad\xff.json" in done.stdout
    assert r"bad\xff.json" in page.read_text("utf-8")
    (item,) = ElementTree.parse(xml).iter("testcase")
    assert item.get("name").endswith(r"bad\xff.json")
    done = zkos("diff", "--json", tmp_path, *ENGINE)
    assert os.fsencode(json.loads(done.stdout)["case"]) == folder + b"/bad\xff.json"


NAMES = [
    "a\x01\x1b[31m.json",
    "line\nend\t.json",
    "\u202ereversed.json",
    "c1\x9b31m.json",
    "<img src=x onerror=alert(1)>&amp;.json",
    "]]>--><script>.json",
    "'quotes\".json",
    "[bold]markup[red].json",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_with_meaning_elsewhere(tmp_path, name):
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / name).write_text(GOOD)
    (folder / f"bad-{name}").write_text("{")
    page, xml = tmp_path / "r.html", tmp_path / "r.xml"
    done = zkos("diff", folder, *ENGINE, "--html", page, "--junit", xml)
    assert done.returncode == 2, done.stderr
    texts = [done.stdout, done.stderr, page.read_text("utf-8"), xml.read_text("utf-8")]
    for text in texts:
        assert not {"\x1b", "\x01", "\x9b", "\u202e", "\t"} & set(text)
        assert "json" in text
    assert "<img" not in texts[2]
    assert "<script" not in texts[2].replace("<script>.json", "<script")
    items = list(ElementTree.parse(xml).iter("testcase"))
    assert len(items) == 2


@pytest.mark.parametrize(
    "words",
    [
        ("run", "{pipe}"),
        ("diff", "{case}", "--image", "{pipe}"),
        ("run", "/dev/zero"),
        ("statetest", "{pipe}.tar"),
        ("statetest", "{case}", "--results", "{pipe}", "--resume"),
        ("replay", "{pipe}"),
        ("replay", "{pipe}.gz"),
        ("minimise", "{pipe}", *ENGINE, "--engine", "native"),
        ("trace", "{pipe}"),
        ("corpus", "import", "{pipe}", "{case}.into", *TARGET),
        ("report", "{folder}", "--history", "{pipe}", "-o", "{case}.html"),
        ("report", "{folder}", "--mutants", "{pipe}", "-o", "{case}.html"),
    ],
)
def test_what_is_no_file_is_refused_at_once(case, tmp_path, words):
    for ending_ in ("", ".gz", ".tar"):
        os.mkfifo(tmp_path / f"pipe{ending_}")
    places = {"pipe": tmp_path / "pipe", "case": case, "folder": tmp_path}
    done = zkos(*(word.format(**places) for word in words), timeout=60)
    refused(done, "is no regular file")


def test_a_fixture_that_is_no_file_is_a_bad_file_among_others(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    done = zkos("statetest", tmp_path / "pipe", "--engine", "py_evm", timeout=60)
    assert done.returncode == 2
    assert "pipe: is no regular file" in done.stdout
    assert done.stderr == ""


def test_links_that_lead_nowhere_are_named_or_passed_over(case, tmp_path):
    (tmp_path / "lost.json").symlink_to(tmp_path / "nowhere.json")
    (tmp_path / "round.json").symlink_to(tmp_path / "round.json")
    done = zkos_here("diff", tmp_path, *ENGINE)
    assert done.returncode == 2
    assert "lost.json: cannot be read: No such file" in done.stderr
    assert "round.json: cannot be read: Too many levels" in done.stderr
    assert "1 blocks, 0 with a difference" in done.stderr

    inputs = tmp_path / "inputs"
    inputs.mkdir()
    (inputs / "good.bin").write_bytes(b"ab")
    (inputs / "lost.bin").symlink_to(tmp_path / "nowhere")
    (inputs / "folder.bin").mkdir()
    os.mkfifo(inputs / "pipe.bin")
    for words in (
        ("min", inputs, "-o", tmp_path / "min"),
        ("export", inputs, tmp_path / "out.zip"),
        ("merge", tmp_path / "merged", inputs),
        ("import", inputs, tmp_path / "imported"),
    ):
        done = zkos_here("corpus", *words, *TARGET)
        assert done.returncode == 0, done.stderr
        assert "1 input" in done.stderr


def zip_of(path, content=b"ab", name="a.bin"):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path


def tar_of(path, *members):
    with tarfile.open(path, "w:xz") as archive:
        for member in members:
            archive.addfile(member)
    return path


def linked(name, kind, target):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


def broken(path, start, length=8):
    content = bytearray(path.read_bytes())
    content[start : start + length] = b"\x7f" * length
    path.write_bytes(content)
    return path


ARCHIVES = {
    "end.zip": lambda path: broken(zip_of(path), -12),
    "directory.zip": lambda path: broken(zip_of(path, bytes(99)), -50, 4),
    "data.zip": lambda path: broken(zip_of(path, os.urandom(99)), 40),
    "cut.tar.xz": lambda path: path.write_bytes(
        tar_of(path, tarfile.TarInfo("a")).read_bytes()[:-20]
    ),
    "links.tar": lambda path: tar_of(
        path,
        linked("a.bin", tarfile.SYMTYPE, "nowhere"),
        linked("b.bin", tarfile.LNKTYPE, "/etc/passwd"),
        linked("c.bin", tarfile.FIFOTYPE, ""),
        linked("d.bin", tarfile.CHRTYPE, ""),
    ),
    "text.tar.gz": lambda path: path.write_text("no archive"),
    "empty.zip": lambda path: path.write_bytes(b""),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_broken_archives(tmp_path, name):
    path = tmp_path / name
    ARCHIVES[name](path)
    into = tmp_path / "into"
    done = zkos_here("corpus", "import", path, into, "-t", "block_native")
    refused(done, path)
    refused(zkos_here("statetest", path, "--engine", "native"), path)


def test_an_archive_that_swells_is_refused_without_taking_it_in(tmp_path):
    path = tmp_path / "zeros.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("zeros.json", "w", force_zip64=True) as file,
    ):
        for _ in range(400):
            file.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 20

    def little_memory():
        resource.setrlimit(resource.RLIMIT_DATA, (450 << 20, 450 << 20))

    for words in (
        ("corpus", "import", path, tmp_path / "into", *TARGET),
        ("statetest", path, "--engine", "py_evm"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "zkos.cli", *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=little_memory,
        )
        refused(done, path, "larger than")


def test_an_archive_of_many_files_has_an_end(tmp_path, monkeypatch):
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(10):
            archive.writestr(f"{number}.bin", bytes(1000))
    monkeypatch.setattr(archives, "MOST_BYTES", 5000)
    done = zkos_here("corpus", "import", path, tmp_path / "into", *TARGET)
    refused(done, path, "more than 5000 bytes")


@pytest.mark.parametrize("fault", ["random", "null", "numbers", "nested"])
def test_foreign_results(tmp_path, case, fault):
    content = {
        "random": bytes(range(128, 256)) * 9,
        "null": b"null\n",
        "numbers": b'{"name": 1, "verdict": "same"}\n',
        "nested": b"[" * 100_000 + b"\n",
    }[fault]
    path = tmp_path / "results"
    path.write_bytes(content)
    done = zkos_here("statetest", case, "--results", path, "--resume", *ENGINE)
    refused(done, path)
    assert path.read_bytes() == content

    for option in ("--mutants", "--history"):
        done = zkos_here("report", tmp_path, option, path, "-o", tmp_path / "r.html")
        refused(done, path)


def test_results_of_hunts_are_taken_as_they_are_written(tmp_path):
    from dataclasses import asdict

    from fuzz.mutants.run import best_of

    catch = Catch("x", True, "what", 1, 1, 0.5, 1)
    path = tmp_path / "results"
    path.write_text(json.dumps(asdict(catch)) + "\n")
    assert best_of(path) == {"x": catch}


@pytest.mark.parametrize("place", ["{file}", "{file}/x", "/proc/nowhere"])
def test_a_senseless_cache_is_one_line(case, tmp_path, monkeypatch, place):
    (tmp_path / "file").write_text("mine")
    given = place.format(file=tmp_path / "file")
    monkeypatch.setenv("ZKOS_CACHE", given)
    for words in (
        ("diff", case, "--engine", "native"),
        ("cache", "show"),
        ("build", "--target", "machine"),
        ("statetest", case, "--engine", "py_evm"),
    ):
        refused(zkos_here(*words), f"ZKOS_CACHE={given}")


def test_a_fault_of_ours_is_code_four_and_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr(ending.tempfile, "tempdir", str(tmp_path))

    def fail():
        raise KeyError("of ours\nand more")

    monkeypatch.setattr("zkos.cli.engines.command", fail)
    done = zkos_here("engines")
    assert done.returncode == 4
    (line,) = done.stderr.splitlines()
    (kept,) = tmp_path.iterdir()
    assert line.startswith("zkos: unexpected KeyError: ")
    assert line.endswith(f"; the traceback is in {kept}")
    assert 'raise KeyError("of ours' in kept.read_text()

    monkeypatch.setattr(ending.tempfile, "tempdir", "/sys")
    done = zkos_here("engines")
    assert done.returncode == 4
    assert "no traceback could be kept" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_full_disk_under_a_campaign(tmp_path):
    def little_room():
        # Files of any size are too large after this: as good as a full disk.
        resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))

    folder = tmp_path / "campaign"
    words = ["fuzz", "run", NAME, "--folder", str(folder), "--time", "5s", "-j", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "zkos.cli", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=little_room,
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.splitlines()[-1].startswith(f"zkos: {folder}")
    assert done.stderr.splitlines()[-1].endswith("File too large")
    assert "Traceback" not in done.stderr
    assert not list(folder.glob(f"{PARTS}*"))
