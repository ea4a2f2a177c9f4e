"""Formal addresses (system spec 5, 6.4)."""

from typing import Final

from zkos.guest.protocol.fork import FORK, NO_FORK, OSAKA, PRAGUE
from zkos.guest.protocol.version import VERSION, since
from zkos.lang.ints import Address

ECRECOVER: Final = Address(1)
SHA256: Final = Address(2)
RIPEMD160: Final = Address(3)
IDENTITY: Final = Address(4)
MODEXP: Final = Address(5)
BN254_ADD: Final = Address(6)
BN254_MUL: Final = Address(7)
BN254_PAIRING: Final = Address(8)
BLAKE2F: Final = Address(9)
"""Only with OPTION_EXTRA_PRECOMPILES, as the next."""
POINT_EVALUATION: Final = Address(10)
BLS381_G1_ADD: Final = Address(0x0B)
"""EIP-2537, in the Ethereum instance only, as the next."""
BLS381_G1_MSM: Final = Address(0x0C)
BLS381_G2_ADD: Final = Address(0x0D)
BLS381_G2_MSM: Final = Address(0x0E)
BLS381_PAIRING: Final = Address(0x0F)
BLS381_MAP_TO_G1: Final = Address(0x10)
BLS381_MAP_TO_G2: Final = Address(0x11)
HIGHEST_PRECOMPILE: Final = since(
    FORK,
    {
        NO_FORK: since(VERSION, {30: POINT_EVALUATION, 31: BN254_PAIRING}),
        PRAGUE: BLS381_MAP_TO_G2,
    },
)
"""Of those from 1 on that are never cold."""
EXTRA_PRECOMPILES_VARY: Final = since(VERSION, {30: False, 31: True})
"""Whether those above it are not cold either in runs that have them."""
P256_VERIFY: Final = Address(0x100)
P256_IS_PRECOMPILE: Final = since(FORK, {NO_FORK: True, PRAGUE: False, OSAKA: True})
"""EIP-7951."""

MESSAGE_SENDER: Final = Address(0x7001)
"""Emits messages for the messenger, a contract since v31."""
BYTECODE_SETTER: Final = Address(0x7002)
MINTER: Final = Address(0x7100)
"""Makes ether for the base token, a contract since v31."""
BOOTLOADER: Final = Address(0x8001)
"""Sends the results of L1 transactions, and service transactions."""
ACCOUNT_PROPERTIES: Final = Address(0x8003)
CONTRACT_DEPLOYER: Final = Address(0x8006)
L1_MESSENGER: Final = Address(0x8008)
BASE_TOKEN: Final = Address(0x800A)
SYSTEM_CONTEXT: Final = Address(0x800B)
"""Knows the chain this one settles on."""
COMPLEX_UPGRADER: Final = Address(0x800F)
MESSAGE_ROOTS: Final = Address(0x10005)
"""Keeps the root over the messages of chains that settle on this one."""
INTEROP_ROOTS: Final = Address(0x10008)
"""Keeps roots of other chains' messages."""
FEE_HANDLER: Final = Address(0x1000D)
ASSET_TRACKER: Final = Address(0x1000F)
"""Is told of all base token that comes from L1."""
TREASURY: Final = Address(0x10011)
"""Holds the base token that has not come from L1 yet."""
HIGHEST_SPECIAL: Final = Address(0xFFFF)
"""No hook is at a higher one."""
