"""Build options: bits of option word 0, set by the linker or the host for a run."""

from typing import Final

from zkos.lang.ints import U32

OPTION_PROVING: Final = U32(1)
"""Verify every preimage and the tree; otherwise the oracle is trusted."""
OPTION_UNLIMITED_NATIVE: Final = U32(2)
OPTION_BATCH: Final = U32(4)
"""Ask how many blocks there are and bind them in one public input."""
OPTION_DISABLE_SYSTEM_CONTRACTS: Final = U32(8)
OPTION_QUIRKS_UPSTREAM: Final = U32(16)
"""Reproduce upstream's faults, see `zkos.guest.protocol.quirks`."""
OPTION_REPORT: Final = U32(32)
"""Send receipts, diffs, pubdata and events to the host (result keeper)."""
OPTION_SIMULATE: Final = U32(64)
"""Skip signature and fee checks, for `eth_call` style runs."""
OPTION_EXTRA_PRECOMPILES: Final = U32(128)
"""Install BLAKE2F and point evaluation, which no production build has."""
OPTION_TRACE_MEMORY: Final = U32(256)
"""In a build that traces, send the memory of a frame with every step."""
OPTION_TRACE_RETURN_DATA: Final = U32(2048)
"""Likewise what the last call of the frame returned."""
OPTION_PREVRANDAO: Final = U32(512)
"""PREVRANDAO and the header's mix hash are the metadata's instead of 1."""
OPTION_BURN_BASE_FEE: Final = U32(1024)
"""The coinbase gets the priority fee of L2 transactions only (EIP-1559)."""
