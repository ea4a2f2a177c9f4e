"""Every kind of file that builds leave: whatever befalls it, results are the same."""

import re

import pytest

from tests.compiler.test_lines import SOURCE
from tests.machine.test_translator import counting
from tests.support.damage import damage
from zkos.compiler import cache_folder
from zkos.compiler.image import build_program
from zkos.compiler.line_build import build_lines
from zkos.compiler.lines import stored_table
from zkos.machine.translator.engine import TranslatedEngine
from zkos.machine.translator.translation import translate_image

pytestmark = pytest.mark.riscv
KINDS = {
    ".o": 1,  # object code
    ".json": 2,  # what explains it, and a translation's
    ".linked": 1,  # an image
    ".lines": 1,  # its lines
    ".N.o": 2,  # parts of a translation
    ".lock": 3,
    ".pruned": 1,
}
"""Ends of names, and how many files of the kind there are."""
IMAGE = counting(3)


def kind_of(path):
    if path.name.startswith("."):
        return path.name
    name = re.sub(r"\.[0-9]+\.o$", ".N.o", path.name)
    ends = [end for end in KINDS if name.endswith(end)]
    return max(ends, key=len, default=name)


@pytest.fixture(scope="module")
def library():
    """What translates, from the cache of everybody."""
    return TranslatedEngine().library


@pytest.fixture
def make(tmp_path, monkeypatch, library):
    """Builds an image, its lines and a translation, all over again."""
    (tmp_path / "guest_lines.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("ZKOS_CACHE", str(tmp_path / "cache"))

    def made():
        stored_table.cache_clear()
        cache_folder.tell_once.cache_clear()
        program = build_program(["guest_lines"], "guest_lines:main")
        lines = build_lines(program)
        translation = translate_image(IMAGE, library)
        return program.linked, lines, translation.fits(IMAGE), len(translation.table)

    yield made
    stored_table.cache_clear()


def files(folder):
    """All that lies there, one of each kind at least."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    kinds = [kind_of(path) for path in found]
    assert {kind: kinds.count(kind) for kind in kinds} == KINDS
    return found


def heals(make, first, damaged, folder, capsys):
    """Nobody notices but for one line, and files are whole again."""
    capsys.readouterr()
    assert make() == first, damaged
    told = capsys.readouterr().err
    assert told.count("\n") <= 1, told
    for path in damaged:
        if kind_of(path) not in (".lock", ".pruned"):
            assert told == f"zkos: cache {folder}: damaged; what is, is made again\n"
            assert path.is_file()
    assert make() == first
    assert capsys.readouterr().err == ""


def test_every_file_heals_alone(tmp_path, make, capsys):
    first = make()
    folder = tmp_path / "cache"
    for path in files(folder):
        damage(path, "changed")
        heals(make, first, [path], folder, capsys)


@pytest.mark.parametrize("kind", ["cut", "emptied", "changed", "folder"])
def test_all_files_heal_at_once(tmp_path, make, capsys, kind):
    first = make()
    folder = tmp_path / "cache"
    damaged = files(folder)
    for path in damaged:
        damage(path, kind)
    heals(make, first, damaged, folder, capsys)


def test_a_folder_of_locks_that_is_none_does_no_harm(tmp_path, make):
    first = make()
    locks = tmp_path / "cache" / "locks"
    for path in locks.iterdir():
        path.unlink()
    locks.rmdir()
    locks.write_text("mine")
    for path in (tmp_path / "cache").glob("*.linked"):
        path.unlink()
    assert make() == first
    assert locks.read_text() == "mine"
