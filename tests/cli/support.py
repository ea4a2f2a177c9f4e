"""Running the program as a user does."""

import contextlib
import io
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from zkos.cli.program import main, run

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["__main__", "tests.cli.preloaded"])


def zkos(*arguments, timeout=600):
    """The finished process of a command line.

    It is forked from one that has imported everything: a new Python takes longer to
    start than most commands take. Tests of starting and of streams have their own.
    """
    words = [*map(str, arguments)]
    with tempfile.TemporaryDirectory() as folder:
        streams = [str(Path(folder, name)) for name in ("out", "err")]
        surroundings = (os.getcwd(), dict(os.environ))
        process = _SERVER.Process(target=_program, args=(words, streams, *surroundings))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(words, timeout)
        out, err = (Path(stream).read_text() for stream in streams)
    return subprocess.CompletedProcess(words, process.exitcode, out, err)


def _program(words, streams, place, environment):
    """Be the program in this folder, with these streams."""
    for number, path in enumerate((os.devnull, *streams)):
        handle = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(handle, number)
        os.close(handle)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, closefd=False)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(place)
    sys.path.insert(0, place)
    main(words)


def zkos_here(*arguments):
    """The same without a process of its own."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([*map(str, arguments)])
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def rows(done):
    """The JSON lines on standard output."""
    return [json.loads(line) for line in done.stdout.splitlines()]
