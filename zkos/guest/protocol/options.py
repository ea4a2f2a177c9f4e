"""Build options: bits of option word 0, set by the linker or the host for a run."""

from typing import Final

from zkos.lang.ints import U32

OPTION_PROVING: Final = U32(1)
"""Verify every preimage and the tree; otherwise the oracle is trusted."""
OPTION_UNLIMITED_NATIVE: Final = U32(2)
OPTION_WRAP_IN_BATCH: Final = U32(4)
OPTION_DISABLE_SYSTEM_CONTRACTS: Final = U32(8)
OPTION_QUIRKS_UPSTREAM: Final = U32(16)
"""Reproduce upstream's faults, see `zkos.guest.protocol.quirks`."""
OPTION_REPORT: Final = U32(32)
"""Send receipts, diffs, pubdata and events to the host (result keeper)."""
OPTION_SIMULATE: Final = U32(64)
"""Skip signature and fee checks, for `eth_call` style runs."""
OPTION_REAL_PRECOMPILES: Final = U32(128)
"""Install BLAKE2F, point evaluation and P256 instead of the mocks."""
OPTION_TRACE_MEMORY: Final = U32(256)
"""In a build that traces, send the memory of a frame with every step."""
