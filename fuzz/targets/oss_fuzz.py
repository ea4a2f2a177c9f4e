"""What OSS-Fuzz wants beside a fuzzer: its options and its dictionary.

Seed corpora are written by `zkos corpus export`, which calls this. Options are the
same for all targets; blocks and whatever reads them share a dictionary.
"""

from pathlib import Path
from typing import Final

from fuzz.targets.catalogue import DEFAULT, base_of

_HERE: Final = Path(__file__).parent
OPTIONS: Final = _HERE / "libfuzzer.options"
_OWNERS: Final = {
    "block_": DEFAULT[0],
    "case_import": DEFAULT[0],
    "ethereum_": "ethereum_blocks",
    "oracle_": "oracle",
}
"""Whose words the targets use that begin so."""


def dictionary(name: str) -> Path:
    """The dictionary of a target."""
    owners = (owner for start, owner in _OWNERS.items() if name.startswith(start))
    owner = next(owners, base_of(name))
    return _HERE / f"{owner}.dict"


def write_settings(name: str, folder: Path) -> None:
    """Write `NAME.options` and `NAME.dict`."""
    options = OPTIONS.read_text().rstrip()
    (folder / f"{name}.options").write_text(f"{options}\ndict = {name}.dict\n")
    (folder / f"{name}.dict").write_text(dictionary(name).read_text())
