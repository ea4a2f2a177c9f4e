"""Protocol versions there are; each is a row."""

from enum import Enum
from typing import Final


class Protocol(Enum):
    """The rules a block follows."""

    V30 = "v30"
    """zksync-os 0.2.5."""


DEFAULT_PROTOCOL: Final = Protocol.V30
"""Of cases that name none."""
