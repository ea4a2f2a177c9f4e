"""What is told of the steps of the EVM. A seam."""

from typing import Final

from zkos.guest.evm.frame import EvmFrame
from zkos.guest.system.calls import Exit, Frame
from zkos.lang.ints import U8, U32

TRACE: Final[bool]
"""Whether anything is: the interpreter calls the functions below only then."""

def trace_step(frame: EvmFrame, pc: U32, opcode: U8) -> None:
    """Tell of the opcode that is about to run."""

def trace_call(caller: Frame) -> None:
    """Tell what a caller keeps of its gas while the call it asked for runs."""

def trace_end(frame: EvmFrame, reason: Exit) -> None:
    """Tell that the frame stopped, for good or until a call returns."""
