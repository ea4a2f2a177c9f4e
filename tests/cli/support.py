"""Running the program as a user does."""

import contextlib
import io
import json
import subprocess
import sys

from zkos.cli.program import run


def zkos(*arguments, timeout=600):
    """The finished process of a command line."""
    return subprocess.run(
        [sys.executable, "-m", "zkos.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def zkos_here(*arguments):
    """The same without a process of its own."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([*map(str, arguments)])
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def rows(done):
    """The JSON lines on standard output."""
    return [json.loads(line) for line in done.stdout.splitlines()]
