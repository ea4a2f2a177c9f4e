"""What L2 transactions pay at first for their validation (v31 bootloader spec 14).

Each price is the sum of what the steps cost if nothing exists yet and nothing is warm.
"""

from typing import Final

from zkos.lang.ints import U64

GAS_LISTED_ADDRESS: Final = U64(2_400)
GAS_LISTED_KEY: Final = U64(1_900)

NATIVE_LISTED_ADDRESS: Final = U64(259_980)
NATIVE_LISTED_KEY: Final = U64(256_754)
NATIVE_AUTHORIZATION: Final = U64(860_194)
NATIVE_INTRINSIC_SERVICE: Final = U64(322_740)
NATIVE_CALLDATA_BYTE_SERVICE: Final = U64(129)

PUBDATA_AUTHORIZATION: Final = U64(80)
"""In bytes; the diff of the authority."""
PUBDATA_INTRINSIC_SERVICE: Final = U64(0)
"""Nobody's balance or nonce changes."""
