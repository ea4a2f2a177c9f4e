"""What is called the same means the same in all commands."""

import re

from tests.cli.support import zkos_here
from tests.fuzz.planted import NAME
from zkos.cli.commands import COMMANDS
from zkos.docs.pages import load_command


def all_options():
    """All options of all commands, with where they are."""
    for name in COMMANDS:
        yield from options(load_command(name), (name,))


def options(command, path):
    """All options of a command and those below it, with where they are."""
    for name, below in getattr(command, "commands", {}).items():
        yield from options(below, (*path, name))
    for parameter in command.params:
        for spelled in (*parameter.opts, *parameter.secondary_opts):
            if spelled.startswith("-"):
                yield " ".join(path), spelled, parameter


def test_short_options_have_one_long_name():
    names = {}
    for _, spelled, parameter in all_options():
        if not spelled.startswith("--"):
            long = [name for name in parameter.opts if name.startswith("--")]
            names.setdefault(spelled, set()).update(long)
    assert names["-o"] == {"--output"}
    assert all(len(long) == 1 for long in names.values()), names


def test_what_is_written_says_whether_it_is_a_file_or_a_folder():
    places = [item for item in all_options() if item[1] == "--output"]
    assert places
    for place, _, parameter in places:
        assert parameter.metavar in ("FILE", "DIR"), place


def test_a_resumed_campaign_says_how_much_of_its_time_is_over(tmp_path):
    run = ("fuzz", "run", "--folder", tmp_path / "campaign")
    zkos_here(*run, NAME, "-j", "1", "--time", "1s")
    done = zkos_here(*run)
    assert re.search(r"after \d+ s of 1 s", done.stderr)
    assert "its time is over" in done.stderr
    done = zkos_here(*run, "--time", "60s", "--runs", "1")
    assert "its time is over" not in done.stderr
