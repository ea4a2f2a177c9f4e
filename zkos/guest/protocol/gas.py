"""Gas schedule of the EVM in ergs, 256 a gas (EVM spec 2 to 5, base fork Cancun).

What an access to an account, a slot, an event or deployed code costs belongs to the
system and is in `io_ergs`; precompiles have theirs in `hooks`.
"""

from typing import Final

from zkos.lang.ints import U32, U64

ERGS: Final = 256

ERGS_ZERO: Final = U32(0)
ERGS_JUMPDEST: Final = U32(1 * ERGS)
ERGS_BASE: Final = U32(2 * ERGS)
ERGS_VERY_LOW: Final = U32(3 * ERGS)
ERGS_LOW: Final = U32(5 * ERGS)
ERGS_MID: Final = U32(8 * ERGS)
ERGS_HIGH: Final = U32(10 * ERGS)
ERGS_EXP: Final = U64(10 * ERGS)
ERGS_EXP_BYTE: Final = U64(50 * ERGS)
ERGS_KECCAK_EMPTY: Final = U32(30 * ERGS)
ERGS_BLOCKHASH: Final = U32(20 * ERGS)
ERGS_COPY_WORD: Final = U64(3 * ERGS)
ERGS_CREATE: Final = U32(32000 * ERGS)
ERGS_INITCODE_WORD: Final = U64(2 * ERGS)
"""EIP-3860."""
ERGS_CREATE2_WORD: Final = U64(8 * ERGS)
"""Initcode word and the word hashed for the address (EIP-1014)."""
ERGS_SELFDESTRUCT: Final = U32(5000 * ERGS)

ERGS_CALL_VALUE: Final = U64(9000 * ERGS)
ERGS_NEW_ACCOUNT: Final = U64(25000 * ERGS)
"""Ether that comes to an empty account by CALL or SELFDESTRUCT."""
CALL_STIPEND: Final = 2300
GAS_CALL_STIPEND: Final = U64(CALL_STIPEND)
"""SSTORE halts with no more than this left (EIP-2200)."""
ERGS_CALL_STIPEND: Final = U64(CALL_STIPEND * ERGS)
"""A gift to the callee of a call with ether."""
GAS_MEMORY_WORD: Final = U64(3)
MEMORY_QUADRATIC_BITS: Final = 9
"""Growth also costs the square of the words divided by 2**9."""
