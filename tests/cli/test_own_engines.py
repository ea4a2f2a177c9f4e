"""Engines a user brings: found, refused, heard."""

import json

import pytest

from tests.cli.support import rows, zkos

GOOD = json.dumps({"block": {}, "accounts": {}, "txs": []})
HEAD = "from differential.outcome import Outcome, Result\n"
RUN = "def run_block(block, state, options):\n"


@pytest.fixture
def place(tmp_path, monkeypatch):
    (tmp_path / "case.json").write_text(GOOD)
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(place, text, name="package.mine", command="run", *more):
    path = place.joinpath(*name.split(".")).with_suffix(".py")
    path.write_text(text)
    return zkos(command, "case.json", "--engine", f"module={name}", *more)


def refused(done, *words):
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    for word in words:
        assert word in line


def test_an_engine_in_the_working_folder_is_found(place):
    text = f"import package\n{HEAD}{RUN}    return Outcome(Result.SUCCESS)\n"
    for name in ("mine", "package.mine"):
        assert run(place, text, name, "run", "--json").returncode == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1\n", ["has no function run_block"]),
        ("run_block = 1\n", ["has no function run_block"]),
        ("\n1 / 0\n", ["ZeroDivisionError", "(package/mine.py:2)"]),
        ("def f(:\n", ["SyntaxError", "mine.py:1"]),
        ("import nowhere.at.all\n", ["ModuleNotFoundError", "(package/mine.py:1)"]),
        ("import sys\nsys.exit(3)\n", ["SystemExit: 3", "(package/mine.py:2)"]),
    ],
)
def test_a_module_that_is_no_engine_is_bad_usage(place, text, words):
    for command in ("run", "statetest", "diff"):
        refused(run(place, text, "package.mine", command), "package.mine", *words)


def test_a_module_that_is_not_there_is_bad_usage(place):
    for name in ("nowhere", "package.nowhere", "nowhere.inside"):
        done = zkos("run", "case.json", "--engine", f"module={name}")
        refused(done, f"there is no module {name}")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("    raise KeyError('lost')\n", "KeyError: 'lost' (package/mine.py:3)"),
        (
            "    import json\n    json.loads('{')\n",
            "quotes: line 1 column 2 (char 1) (package/mine.py:4)",
        ),
        ("    raise SystemExit(7)\n", "SystemExit: 7 (package/mine.py:3)"),
        ("    return None\n", "run_block gave NoneType, no Outcome"),
        (
            "    return Outcome(Result.SUCCESS, lambda: 1)\n",
            "its outcome cannot be handed on",
        ),
    ],
)
def test_what_an_engine_does_wrong_is_told_with_its_line(place, body, reason):
    done = run(place, HEAD + RUN + body, "package.mine", "run", "--json")
    assert done.returncode == 3
    assert reason in rows(done)[0]["engines"]["mine"]["reason"]
    assert "Traceback" not in done.stderr


def test_what_an_engine_prints_is_no_result(place):
    body = (
        "    print('talk in the run')\n"
        "    import os\n"
        "    os.system('echo talk of a child')\n"
        "    return Outcome(Result.SUCCESS)\n"
    )
    text = f"print('talk in the import')\n{HEAD}{RUN}{body}"
    done = run(place, text, "package.mine", "run", "--json")
    assert done.returncode == 0
    assert len(rows(done)) == 1
    for words in ("in the import", "in the run", "of a child"):
        assert f"talk {words}" in done.stderr
