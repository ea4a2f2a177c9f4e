"""`zkos cache`: what was built and kept, and throwing it away."""

import time
from typing import Annotated, Final

import typer

from zkos.compiler import cache_folder
from zkos.terminal.amounts import parse_size, parse_time
from zkos.terminal.console import output, say, write_json
from zkos.terminal.errors import EXIT_CLEAN

app = typer.Typer(
    help="Look after what was built and kept (ZKOS_CACHE).", no_args_is_help=True
)
_SHOWN: Final = 20
_DAY_SECONDS: Final = 86_400
_MEGABYTE: Final = 10**6
_Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@app.command("show")
def show(json: _Json = False) -> int:
    """Say where the cache is and what it holds, what was used last first."""
    items = cache_folder.items()
    place, size = cache_folder.folder(), sum(item.size for item in items)
    if json:
        rows = [
            {"name": item.path.name, "bytes": item.size, "used": int(item.used)}
            for item in items
        ]
        write_json({"folder": str(place), "bytes": size, "files": rows})
        return EXIT_CLEAN
    say(f"{place}: {len(items)} files, {_megabytes(size)}", to=output())
    for item in items[:_SHOWN]:
        days = max(0.0, time.time() - item.used) / _DAY_SECONDS
        line = f"{_megabytes(item.size):>10}  {days:6.1f} days ago  {item.path.name}"
        say(line, to=output())
    if len(items) > _SHOWN:
        say(f"... and {len(items) - _SHOWN} more", to=output())
    return EXIT_CLEAN


@app.command("prune")
def prune(
    age: Annotated[
        str, typer.Option("--age", metavar="TIME", help="Keep what was used since.")
    ] = f"{cache_folder.DEFAULT_DAYS:g}d",
    size: Annotated[
        str, typer.Option("--size", metavar="SIZE", help="Keep no more than this.")
    ] = f"{cache_folder.DEFAULT_BYTES // 10**9}G",
    json: _Json = False,
) -> int:
    """Remove what was not used for so long, then the oldest until the rest fits.

    With the defaults this also happens of itself, once a day. `--size 0` removes all.
    """
    seconds, most = parse_time(age, "--age"), parse_size(size, "--size")
    removed, left = cache_folder.prune(seconds / _DAY_SECONDS, most)
    freed, kept = (sum(item.size for item in items) for items in (removed, left))
    if json:
        row = {"removed": len(removed), "freed": freed, "left": len(left)}
        write_json({**row, "bytes": kept})
    else:
        text = f"{len(removed)} files removed, {_megabytes(freed)}; {len(left)} left"
        say(f"{text}, {_megabytes(kept)}", to=output())
    return EXIT_CLEAN


def _megabytes(size: int) -> str:
    return f"{size / _MEGABYTE:.1f} MB"
