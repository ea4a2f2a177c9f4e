"""What the workshop makes: compiled functions, and builds in which they take places."""

from collections.abc import Sequence
from dataclasses import dataclass

from zkos.compiler.native import NativeLibrary


@dataclass(frozen=True)
class Piece:
    """Functions of another content, ready to take the places of the plain ones."""

    code: bytes
    names: tuple[str, ...]
    """Their symbols."""
    sites: Sequence[tuple[str, int, int, str]]
    """Trap sites of the build with them."""


@dataclass(frozen=True, slots=True)
class Built:
    """A changed build, and which functions of the plain one it changes."""

    library: NativeLibrary
    mask: int
    """Bits of functions; all of them if the change is outside of functions."""
    symbols: tuple[str, ...]
