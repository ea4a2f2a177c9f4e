"""Protocol versions of targets: who generates their cases, and what they are called."""

from typing import Final

from fuzz.strategies.cases import Extras
from fuzz.strategies.configured import EXTRAS as CONFIGURED
from fuzz.strategies.interop import EXTRAS as INTEROP
from zkos.versions import DEFAULT, VERSIONS, Protocol

_SINCE: Final = ((32, CONFIGURED), (31, INTEROP))
"""Numbers of versions with what their cases have from then on, the latest first."""


def extras_of(protocol: Protocol) -> Extras | None:
    """What the cases of a version have beyond those of the oldest."""
    number = VERSIONS[protocol].number
    return next((extras for first, extras in _SINCE if number >= first), None)


def named(name: str, protocol: Protocol) -> str:
    """The name of a target that is there once a version."""
    return name if protocol is DEFAULT else f"{name}_{protocol.value}"
