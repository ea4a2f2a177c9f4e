"""The fork of Ethereum whose rules a build of the Ethereum instance follows.

As with the protocol version, only modules of `protocol` ask for it, and numbers that
depend on it are rows: `since(FORK, {NO_FORK: 0, OSAKA: 1})`.
"""

from typing import Final

NO_FORK: Final = 0
"""ZKsync OS: Ethereum's forks are those of the protocol version."""
PRAGUE: Final = 1
OSAKA: Final = 2
BPO1: Final = 3
"""Osaka with the first change of its blob parameters (EIP-7892)."""
BPO2: Final = 4

FORK: Final = 0
"""The default; builds of the Ethereum instance override it."""
