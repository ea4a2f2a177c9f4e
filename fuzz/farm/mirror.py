"""A copy of a campaign from its storage that follows it, for those who watch."""

import threading
from pathlib import Path
from typing import Final

from fuzz.corpus import write_atomically
from fuzz.farm.hub import fetch
from fuzz.farm.store import Store, StoreError
from zkos.terminal.console import say

_CHANGING: Final = ("history.jsonl", "roster.json", ".slot")
"""How files end that are replaced as a campaign goes on."""
_LEFT_OUT: Final = ("/corpus/", "/seeds/")


def follow_store(url: str, copy: Path, stop: threading.Event, seconds: float) -> None:
    """Copy once, then every so many seconds until told to stop; raises StoreError."""
    store = Store(url)
    try:
        _copy(store, copy)
    except OSError as error:
        raise StoreError(f"{url}: {error}") from error

    def follow() -> None:
        while not stop.wait(seconds):
            try:
                _copy(store, copy)
            except OSError as error:
                say(f"{url}: {error}")

    threading.Thread(target=follow, daemon=True).start()


def _copy(store: Store, copy: Path) -> None:
    paths = [p for p in store.paths() if not any(part in p for part in _LEFT_OUT)]
    fetch(store, copy, paths)
    for path in paths:
        if path.endswith(_CHANGING):
            write_atomically(copy / path, store.get(path))
