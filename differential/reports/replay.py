"""The commands that show a result again."""

from collections.abc import Sequence
from pathlib import Path

from differential.engines import Engine
from zkos.host.profile import RunOptions
from zkos.terminal.text import shell_line


def diff_command(path: Path, engines: Sequence[Engine], options: RunOptions) -> str:
    """Compares the engines on a case again."""
    words = ["zkos", "diff", str(path)]
    for engine in engines:
        words += ["--engine", engine.spelled]
    return shell_line([*words, *_options(options)])


def trace_command(
    path: Path, block: int | None, engines: Sequence[Engine], options: RunOptions
) -> str:
    """Shows the step at which two engines part on a block."""
    words = ["zkos", "trace", str(path)]
    if block is not None:
        words += ["--block", str(block)]
    words += ["--diff", *(engine.spelled for engine in engines)]
    return shell_line([*words, *_options(options)])


def _options(options: RunOptions) -> list[str]:
    """Those that are not the usual ones."""
    words = []
    defaults = RunOptions()
    for name in ("protocol", "profile", "mode", "quirks"):
        value = getattr(options, name)
        if value is not getattr(defaults, name):
            words += [f"--{name}", value.value]
    if options.da is not None:
        words += ["--da", options.da.value]
    if options.extra_precompiles:
        words.append("--extra-precompiles")
    return words
