"""Precompiles 09 and 0a as the shipped system has them: free, with no answer.

`extensions` has the real ones.
"""

from typing import Final

from zkos.guest.hooks.memory import HookMemory
from zkos.guest.state.system import System
from zkos.guest.system.calls import Exit, Frame
from zkos.lang.ints import U32

BLAKE2F_INPUT_BYTES: Final = U32(213)
POINT_EVALUATION_INPUT_BYTES: Final = U32(193)


def mock_blake2f(_system: System, _memory: HookMemory, frame: Frame) -> Exit:
    """Precompile 09: success with empty output for an input of the right length."""
    if frame.input.length() != BLAKE2F_INPUT_BYTES:
        return Exit.HALTED
    return Exit.RETURNED


def mock_point_evaluation(_system: System, _memory: HookMemory, frame: Frame) -> Exit:
    """Precompile 0a: success with empty output for an input of the right length."""
    if frame.input.length() != POINT_EVALUATION_INPUT_BYTES:
        return Exit.HALTED
    return Exit.RETURNED
