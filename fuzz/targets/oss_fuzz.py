"""What OSS-Fuzz wants beside a fuzzer: its options and its dictionary.

Seed corpora are written by `zkos corpus export`, which calls this. Options are the
same for all targets; blocks and whatever reads them share a dictionary.
"""

from pathlib import Path
from typing import Final

from fuzz.targets.catalogue import DEFAULT, owner_of

_HERE: Final = Path(__file__).parent
OPTIONS: Final = _HERE / "libfuzzer.options"


def dictionary(name: str) -> Path:
    """The dictionary of a target."""
    owner = DEFAULT[0] if name == "case_import" else owner_of(name)
    return _HERE / f"{owner}.dict"


def write_settings(name: str, folder: Path) -> None:
    """Write `NAME.options` and `NAME.dict`."""
    options = OPTIONS.read_text().rstrip()
    (folder / f"{name}.options").write_text(f"{options}\ndict = {name}.dict\n")
    (folder / f"{name}.dict").write_text(dictionary(name).read_text())
