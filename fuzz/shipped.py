"""The corpora that come with the package, wherever it is installed."""

from pathlib import Path
from typing import Final

from zkos.terminal.errors import UserError

_HERE: Final = Path(__file__).resolve().parent
_PLACES: Final = (_HERE / "corpora", _HERE.parent / "corpora")
"""In a wheel, and in the repository."""


def corpora() -> Path:
    """The folder of all cases and inputs; raises UserError."""
    for place in _PLACES:
        if place.is_dir():
            return place
    raise UserError(f"this installation lacks the corpora: {_PLACES[0]}")
