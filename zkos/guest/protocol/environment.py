"""Type bytes of execution environments, as accounts store them (system spec 1)."""

from typing import Final

from zkos.lang.ints import U8

NO_ENVIRONMENT: Final = U8(0)
"""The bootloader and accounts without code: pays no ergs for IO."""
EVM_ENVIRONMENT: Final = U8(1)
