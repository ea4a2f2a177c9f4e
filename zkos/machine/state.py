"""Where the machine keeps its state, and why it stops: numbers shared with the host.

Guest language. The state is a `ByteView` the host owns, so that a run can be stopped
and continued, and read afterwards. Offsets are in bytes, all values little-endian.
"""

from typing import Final

from zkos.lang.ints import U32

MEMORY_BYTES: Final = U32(0x40000000)
"""The whole address space, machine spec 2."""
ROM_BYTES: Final = U32(0x00200000)
"""Size of the ROM at address 0."""

STATE_REGISTERS: Final = U32(0)
"""32 words, x0 first."""
STATE_PC: Final = U32(128)
"""Address of the next instruction; after a failure, of the failed one."""
STATE_HOST_STOP: Final = U32(132)
"""Not 0 if the word just read is none: the host failed, the machine stops."""
STATE_CYCLES: Final = U32(136)
"""Executed instructions, 64 bits; likewise the counters below."""
STATE_BLAKE2S: Final = U32(144)
"""Executed BLAKE2s delegations."""
STATE_U256: Final = U32(152)
"""Executed 256-bit integer delegations."""
STATE_WORDS_READ: Final = U32(160)
"""Words from the host."""
STATE_WORDS_WRITTEN: Final = U32(168)
"""Words to the host."""
STATE_ROM_CHANGED: Final = U32(176)
"""Not 0 once the program has written to its ROM."""
STATE_KECCAK: Final = U32(180)
"""Executed Keccak delegations, each a step."""
STATE_BYTES: Final = U32(188)

PROFILE_SIMULATOR: Final = U32(0)
"""What the plain simulator accepts."""
PROFILE_PROVER: Final = U32(1)
"""Refuse what the circuit lacks: signed high multiply and division, ROM writes."""

RUNNING: Final = U32(0)
FINISHED: Final = U32(1)
"""A jump to itself, machine spec 5."""
ILLEGAL_INSTRUCTION: Final = U32(2)
BAD_ACCESS: Final = U32(3)
"""A load, store or fetch at or above 2**30."""
MISALIGNED: Final = U32(4)
"""A load, store or jump target off its alignment."""
ABORTED: Final = U32(5)
"""The abort CSR 0xc00."""
CYCLE_LIMIT: Final = U32(6)
HOST_ERROR: Final = U32(7)
"""The oracle could not serve a word."""
BAD_DELEGATION: Final = U32(8)
"""Arguments of a delegation against what the machine spec says of it."""
REFUSED_INSTRUCTION: Final = U32(9)
"""An instruction the circuit lacks (prover profile)."""
ROM_WRITE: Final = U32(10)
"""A store below the end of ROM (prover profile)."""
