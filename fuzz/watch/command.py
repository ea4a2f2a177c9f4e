"""`zkos watch`: from the command line to what shows a campaign."""

import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from fuzz.campaign.folder import Folder
from fuzz.watch.figures import Watched
from fuzz.watch.terminal import follow
from zkos.terminal.console import output, say
from zkos.terminal.errors import EXIT_CLEAN, UserError
from zkos.terminal.extras import how_to_install

_LINE_SECONDS: Final = 1.0
_MIRROR_SECONDS: Final = 10.0


def watch(place: str, port: int, *, terminal: bool, as_json: bool) -> int:
    """Show a campaign until interrupted; raises UserError."""
    with _folder(place) as folder:
        folder.settings()
        watched = Watched(folder)
        if as_json:
            while True:
                sys.stdout.write(json.dumps(watched.figures()) + "\n")
                sys.stdout.flush()
                time.sleep(_LINE_SECONDS)
        if terminal:
            follow(watched, output())
        try:
            from fuzz.watch.server import serve
        except ModuleNotFoundError as error:
            raise UserError(how_to_install(error.name) or str(error)) from error
        serve(watched, port, lambda address: say(f"watching {place} on {address}"))
    return EXIT_CLEAN


@contextmanager
def _folder(place: str) -> Iterator[Folder]:
    """The folder of a campaign; of one elsewhere a copy that follows it."""
    if "://" not in place:
        yield Folder(Path(place))
        return
    try:
        from fuzz.farm.mirror import follow_store
    except ModuleNotFoundError as error:
        raise UserError(how_to_install(error.name) or str(error)) from error
    with tempfile.TemporaryDirectory(prefix="zkos-watch-") as copy:
        stop = threading.Event()
        follow_store(place, Path(copy), stop, _MIRROR_SECONDS)
        try:
            yield Folder(Path(copy))
        finally:
            stop.set()
