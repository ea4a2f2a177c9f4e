"""What L2 transactions pay at first for their validation (v31 bootloader spec 14).

Each price is the sum of what the steps cost if nothing exists yet and nothing is warm.
"""

from typing import Final

from zkos.guest.protocol.version import VERSION, since
from zkos.lang.ints import U64

GAS_LISTED_ADDRESS: Final = U64(2_400)
GAS_LISTED_KEY: Final = U64(1_900)

NATIVE_LISTED_ADDRESS: Final = U64(since(VERSION, {31: 259_980, 32: 254_038}))
NATIVE_LISTED_KEY: Final = U64(since(VERSION, {31: 256_754, 32: 250_154}))
NATIVE_AUTHORIZATION: Final = U64(since(VERSION, {31: 860_194, 32: 1_014_368}))
NATIVE_INTRINSIC_SERVICE: Final = U64(since(VERSION, {31: 322_740, 32: 281_578}))
NATIVE_CALLDATA_BYTE_SERVICE: Final = U64(since(VERSION, {31: 129, 32: 31}))

PUBDATA_AUTHORIZATION: Final = U64(since(VERSION, {31: 80, 32: 75}))
"""In bytes; the diff of the authority."""
PUBDATA_INTRINSIC_SERVICE: Final = U64(0)
"""Nobody's balance or nonce changes."""
