"""The trace of builds that do not trace: nothing."""

from typing import Final

from zkos.guest.evm.frame import EvmFrame
from zkos.guest.system.calls import Exit, Frame
from zkos.lang.ints import U8, U32

TRACE: Final = False


def trace_step(frame: EvmFrame, pc: U32, opcode: U8) -> None:
    """Tell nothing."""


def trace_call(caller: Frame) -> None:
    """Tell nothing."""


def trace_end(frame: EvmFrame, reason: Exit) -> None:
    """Tell nothing."""
