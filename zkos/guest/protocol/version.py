"""The protocol version the guest is built for, and numbers that depend on it.

Only modules of `protocol` ask for the version: steps that differ are modules bound to
seams (`zkos/versions.py`). Constants are evaluated before anything is compiled, so
`since` costs nothing.
"""

from typing import Final, TypeVar

T = TypeVar("T")
VERSION: Final = 30
"""The default version; builds of others override it."""


def since(version: int, rows: dict[int, T]) -> T:
    """The row of `version`: that of the greatest key which is not above it.

    Keys are versions from which a value holds. Raises ValueError below the first.
    """
    begun = [first for first in rows if first <= version]
    if not begun:
        raise ValueError(f"no value for protocol version {version}")
    return rows[max(begun)]
