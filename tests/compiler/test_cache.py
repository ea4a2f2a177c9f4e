"""Artefacts are found again exactly where nothing they depend on has changed."""

import pytest

from zkos.compiler import cache


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ZKOS_CACHE", str(tmp_path / "cache"))
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
    assert [path.name for path in folder.iterdir()] == ["a"]


def test_locks_end_with_whatever_they_protect(folder):
    with cache.locked("a"):
        assert (folder / "a.lock").exists()
    with pytest.raises(ZeroDivisionError), cache.locked("a"):
        raise ZeroDivisionError
    assert not list(folder.iterdir())
