"""Makes a target ready in a process of its own, which Ctrl-C may end at any moment.

`python -m fuzz.campaign.prepare FOLDER TARGET PROCESS [CORPUS]` compiles what the
target runs and takes over seeds, once: a campaign keeps those it began with.
"""

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fuzz.campaign.child import die_with
from fuzz.campaign.folder import Folder
from fuzz.campaign.sealed import sealed
from fuzz.corpus import write_atomically
from fuzz.coverage.target import Target
from fuzz.targets.catalogue import load_target, seed_folder
from zkos.compiler import cache
from zkos.terminal.console import say
from zkos.terminal.ending import ending
from zkos.terminal.errors import EXIT_CLEAN
from zkos.terminal.files import read_file, writing
from zkos.terminal.steps import heard

BUILDS: Final = "builds.json"
"""Names of the builds that a target runs, in its folder."""


def prepare(folder: Folder, name: str, corpus: Path | None) -> None:
    """Compile what the target runs, saying so, and take over seeds."""
    with heard(lambda text: say(f"  {name}: {text}")):
        target = load_target(name)
    places = [seed_folder(name)]
    if corpus is not None:
        places.append(corpus / name)
    folder.take_seeds(name, target.suffix, _seeds(target, places))
    text = json.dumps(sealed({"builds": cache.used()})).encode()
    write_atomically(folder.path / name / BUILDS, text)


def _seeds(target: Target[Any], places: list[Path]) -> Iterator[bytes]:
    for place in places:
        for path in sorted(place.rglob(f"*{target.suffix}")):
            if path.is_file():
                yield read_file(path)


def main(arguments: list[str]) -> int:
    """Entry point of the process."""
    path, name, parent, *corpus = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with(int(parent))
    with writing(Path(path)):
        prepare(Folder(Path(path)), name, Path(corpus[0]) if corpus else None)
    return EXIT_CLEAN


if __name__ == "__main__":
    sys.exit(ending(lambda: main(sys.argv[1:])))
