"""Running campaigns as a user does, and looking at what they left."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from fuzz.campaign.folder import Folder
from fuzz.corpus import TEMPORARY, name_of
from tests.fuzz.planted import NAME

ROOT = Path(__file__).resolve().parents[2]
SEED = "7"

# Whoever runs the tests may ignore SIGINT, as jobs in the background do.
PROGRAM = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from zkos.cli import main
main()
"""


def start(folder, *options, target=NAME, inside=(), cwd=None):
    """`zkos fuzz run` in a process group of its own, as a terminal's job.

    `inside` are words of a command that runs it.
    """
    targets = [target] if isinstance(target, str) else target
    command = [*inside, sys.executable, "-c", PROGRAM]
    command += ["fuzz", "run", *targets, "--folder", str(folder), *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process, seconds=120):
    """Exit code, standard output and errors."""
    output, errors = process.communicate(timeout=seconds)
    return process.returncode, output, errors


def wait_until(condition, process, seconds=60):
    """Until something is so; fails when the process ends or time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        if condition():
            return
        time.sleep(0.02)
    process.kill()
    raise AssertionError(f"it never came: {process.communicate()}")


def kept_files(folder):
    """Inputs by path and name of findings, all of them read back."""
    files = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if any(part.startswith(TEMPORARY) for part in inside) or path.is_dir():
            continue
        if path.parent.name in ("corpus", "seeds"):
            assert name_of(path.read_bytes()) == path.stem
            files["/".join(inside)] = path.read_bytes()
        elif path.parent.parent.name == "findings":
            if path.name == "finding.json":
                json.loads(path.read_text())
            if path.name.startswith("case."):
                files["/".join(inside)] = path.read_bytes()
    for finding in Folder(folder).findings():
        known = Folder(folder)
        assert known.input_path(finding.name) or known.recipe(finding.name)
        files[finding.name] = b""
    return files


def iterations(folder, target=NAME):
    """How far each worker is."""
    paths = sorted((folder / target).glob("lane-*.slot"))
    return [
        Folder(folder).slot(target, n).progress().iteration for n in range(len(paths))
    ]


def processes(folder):
    """Of a campaign, alive: all have its folder among their arguments."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found
