"""Type bytes of execution environments, as accounts store them (system spec 1).

What a further environment needs besides its own package: a row in
`zkos.guest.environments` and `HIGHEST_ENVIRONMENT` raised.
"""

from typing import Final

from zkos.lang.control import inline
from zkos.lang.ints import U8

NO_ENVIRONMENT: Final = U8(0)
"""The bootloader and accounts without code: pays no ergs for IO."""
EVM_ENVIRONMENT: Final = U8(1)
HIGHEST_ENVIRONMENT: Final = EVM_ENVIRONMENT
"""The last type byte that stands for an environment of this OS."""


@inline
def runs_code(environment: U8) -> bool:
    """Whether the type byte is an environment, which pays the EVM's prices for IO.

    An IO call by any other, `NO_ENVIRONMENT` excepted, is an internal error.
    """
    return environment != NO_ENVIRONMENT and environment <= HIGHEST_ENVIRONMENT
