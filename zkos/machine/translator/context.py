"""What translated code and the engine that runs it share: a layout and numbers."""

from typing import Final

CONTEXT_TABLE: Final = 0
"""Functions by address, 8 bytes for each word of the image."""
CONTEXT_LEFT: Final = 8
"""Cycles that were left when the translated code stopped."""
CONTEXT_U256: Final = 16
CONTEXT_BLAKE2S: Final = 24
CONTEXT_KECCAK: Final = 32
"""The delegations: `(memory, state) -> reason`."""
CONTEXT_ORACLE: Final = 40
"""An instruction on the oracle: `(memory, state, fields) -> reason`."""
CONTEXT_WORDS: Final = 6

PARAMETERS: Final = "ptr noalias %s, ptr noalias %m, ptr noalias %x, i64 %given"
"""State, memory, context, cycles left."""

INTERPRET: Final = 0
"""The instruction at the pc is the interpreter's."""
STOPPED: Final = 256
"""Plus a reason of `zkos.machine.state`: the run is over."""
