"""Steps of the EVM as messages to the host, in builds that trace (EIP-3155).

A message of kind 10 is sent before each opcode: u32 depth, u32 pc, u32 opcode, u64 gas,
u64 native, u32 stack size, u32 memory length in bytes, and u256 top word (0 if none).
"""

from typing import Final

from zkos.guest.evm.frame import EvmFrame
from zkos.guest.system.report import start, write_u64, write_u256
from zkos.lang.intrinsics import oracle_write
from zkos.lang.ints import U8, U32, U64, U256

TRACE: Final = False
"""Whether this build traces."""
KIND_STEP: Final = U32(10)
STEP_WORDS: Final = U32(17)


def trace_step(frame: EvmFrame, pc: U32, opcode: U8) -> None:
    """Report the opcode that is about to run."""
    size = frame.size
    top = frame.stack[size - 1] if size != 0 else U256(0)
    native = frame.common.resources.native.wrapping_add(U64(frame.native))
    start(KIND_STEP, STEP_WORDS)
    oracle_write(frame.common.depth)
    oracle_write(pc)
    oracle_write(U32(opcode))
    write_u64(frame.gas())
    write_u64(native)
    oracle_write(size)
    oracle_write(frame.memory.length())
    write_u256(top)
