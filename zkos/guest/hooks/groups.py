"""Groups of hooks: which runs have them."""

from typing import Final

from zkos.lang.ints import U8

ALWAYS: Final = U8(0)
EXTRA: Final = U8(1)
"""Only with OPTION_EXTRA_PRECOMPILES."""
SYSTEM_CONTRACT: Final = U8(2)
"""Unless OPTION_DISABLE_SYSTEM_CONTRACTS."""
