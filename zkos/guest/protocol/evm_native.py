"""Native cost of each opcode (EVM spec 2).

Every constant for an opcode that is charged before its operands are touched includes
`NATIVE_STEP`: running out of native ends the transaction, so the two charges cannot
be told apart. Opcodes that pop first charge the step separately.
"""

from typing import Final

from zkos.guest.protocol.version import VERSION, since
from zkos.lang.ints import U32, U64

STEP: Final = 20
NATIVE_STEP: Final = U32(STEP)

NATIVE_ADD: Final = U32(STEP + since(VERSION, {30: 140, 32: 40}))
NATIVE_MUL: Final = U32(STEP + since(VERSION, {30: 400, 32: 40}))
NATIVE_SUB: Final = U32(STEP + since(VERSION, {30: 140, 32: 40}))
NATIVE_DIV: Final = U32(STEP + since(VERSION, {30: 1500, 32: 270}))
NATIVE_SDIV: Final = U32(STEP + since(VERSION, {30: 1000, 32: 616}))
NATIVE_MOD: Final = U32(STEP + since(VERSION, {30: 1300, 32: 236}))
NATIVE_SMOD: Final = U32(STEP + since(VERSION, {30: 800, 32: 321}))
NATIVE_ADDMOD: Final = U32(STEP + since(VERSION, {30: 2000, 32: 780}))
NATIVE_MULMOD: Final = U32(STEP + since(VERSION, {30: 4000, 32: 470}))
NATIVE_EXP: Final = U64(700)
NATIVE_EXP_BYTE: Final = U64(5000)
NATIVE_SIGNEXTEND: Final = U32(STEP + since(VERSION, {30: 400, 32: 270}))

NATIVE_LT: Final = U32(STEP + since(VERSION, {30: 190, 32: 80}))
NATIVE_GT: Final = U32(STEP + since(VERSION, {30: 190, 32: 80}))
NATIVE_SLT: Final = U32(STEP + since(VERSION, {30: 430, 32: 80}))
NATIVE_SGT: Final = U32(STEP + since(VERSION, {30: 430, 32: 80}))
NATIVE_EQ: Final = U32(STEP + since(VERSION, {30: 500, 32: 60}))
NATIVE_ISZERO: Final = U32(STEP + since(VERSION, {30: 300, 32: 50}))
NATIVE_AND: Final = U32(STEP + since(VERSION, {30: 100, 32: 70}))
NATIVE_OR: Final = U32(STEP + since(VERSION, {30: 90, 32: 70}))
NATIVE_XOR: Final = U32(STEP + since(VERSION, {30: 90, 32: 70}))
NATIVE_NOT: Final = U32(STEP + 60)
NATIVE_BYTE: Final = U32(STEP + since(VERSION, {30: 160, 32: 70}))
NATIVE_SHL: Final = U32(STEP + since(VERSION, {30: 240, 32: 160}))
NATIVE_SHR: Final = U32(STEP + since(VERSION, {30: 240, 32: 150}))
NATIVE_SAR: Final = U32(STEP + since(VERSION, {30: 400, 32: 288}))
NATIVE_CLZ: Final = U32(STEP + since(VERSION, {30: 240, 32: 130}))
"""Of the Ethereum instance, where native has no limit."""

NATIVE_KECCAK256: Final = U32(since(VERSION, {30: 90, 32: 120}))

NATIVE_ADDRESS: Final = U32(STEP + since(VERSION, {30: 60, 32: 50}))
NATIVE_ORIGIN: Final = U32(STEP + since(VERSION, {30: 60, 32: 50}))
NATIVE_CALLER: Final = U32(STEP + since(VERSION, {30: 60, 32: 50}))
NATIVE_CALLVALUE: Final = U32(STEP + since(VERSION, {30: 60, 32: 40}))
NATIVE_CALLDATALOAD: Final = U32(STEP + since(VERSION, {30: 280, 32: 300}))
NATIVE_CALLDATASIZE: Final = U32(STEP + since(VERSION, {30: 40, 32: 50}))
NATIVE_CODESIZE: Final = U32(STEP + since(VERSION, {30: 40, 32: 50}))
NATIVE_GASPRICE: Final = U32(STEP + 60)
NATIVE_RETURNDATASIZE: Final = U32(STEP + since(VERSION, {30: 60, 32: 50}))
NATIVE_COPY_OPCODE: Final = U32(since(VERSION, {30: 100, 32: 200}))
NATIVE_MCOPY: Final = U32(since(VERSION, {30: 0, 32: 200}))
NATIVE_COPY: Final = U64(80)
"""Any copy, besides its bytes; also those of system contracts."""
COPIED_BYTES_COST_TWO: Final = since(VERSION, {30: False, 32: True})
"""Whether a byte costs two units, not one."""
REPLIES_ARE_PAID: Final = since(VERSION, {30: False, 32: True})
"""Whether return data that a call leaves in memory pays as a copy."""

NATIVE_BALANCE: Final = U32(STEP + 60)
NATIVE_EXTCODESIZE: Final = U32(STEP + 60)
NATIVE_EXTCODEHASH: Final = U32(STEP + 60)
NATIVE_BLOCKHASH: Final = U32(STEP + since(VERSION, {30: 60, 32: 190}))
NATIVE_BLOCK_FIELD: Final = U32(STEP + 60)
"""COINBASE, GASLIMIT, BASEFEE."""
NATIVE_BLOCK_NUMBER: Final = U32(STEP + since(VERSION, {30: 60, 32: 50}))
"""TIMESTAMP, NUMBER, CHAINID."""
NATIVE_PREVRANDAO: Final = U32(STEP + since(VERSION, {30: 40, 32: 60}))
NATIVE_SELFBALANCE: Final = U32(STEP + since(VERSION, {30: 60, 32: 711}))
NATIVE_BLOBHASH: Final = U32(STEP + since(VERSION, {30: 40, 31: 100, 32: 172}))
NATIVE_BLOBBASEFEE: Final = U32(STEP + since(VERSION, {30: 40, 31: 100, 32: 60}))

NATIVE_POP: Final = U32(STEP + since(VERSION, {30: 40, 32: 30}))
NATIVE_MEMORY: Final = U32(STEP + 250)
"""MLOAD, MSTORE."""
NATIVE_MEMORY_BYTE: Final = U32(STEP + since(VERSION, {30: 250, 32: 80}))
"""MSTORE8."""
NATIVE_MEMORY_GROWTH: Final = U64(35)
"""Any growth, besides one a new byte."""
NATIVE_SLOAD: Final = U32(STEP + 100)
NATIVE_SSTORE: Final = U32(STEP + 100)
NATIVE_TLOAD: Final = U32(STEP + 100)
NATIVE_TSTORE: Final = U32(STEP + 100)
NATIVE_JUMP: Final = U32(STEP + since(VERSION, {30: 70, 32: 60}))
NATIVE_JUMPI: Final = U32(STEP + since(VERSION, {30: 300, 32: 100}))
NATIVE_PC: Final = U32(STEP + since(VERSION, {30: 40, 32: 50}))
NATIVE_MSIZE: Final = U32(STEP + since(VERSION, {30: 40, 32: 50}))
NATIVE_GAS: Final = U32(STEP + since(VERSION, {30: 60, 32: 50}))
NATIVE_JUMPDEST: Final = U32(STEP + since(VERSION, {30: 40, 32: 30}))
NATIVE_PUSH0: Final = U32(STEP + since(VERSION, {30: 50, 32: 40}))
NATIVE_DUP: Final = U32(STEP + since(VERSION, {30: 60, 32: 50}))
NATIVE_SWAP: Final = U32(STEP + since(VERSION, {30: 90, 32: 60}))
NATIVE_LOG: Final = U32(STEP + 50)
NATIVE_CREATE: Final = U32(STEP + 25000)
NATIVE_CALL: Final = U32(STEP + 1500)
NATIVE_RETURN: Final = U32(STEP + since(VERSION, {30: 40, 32: 70}))
NATIVE_REVERT: Final = U32(STEP + since(VERSION, {30: 50, 32: 180}))
NATIVE_SELFDESTRUCT: Final = U32(STEP + since(VERSION, {30: 100, 32: 3080}))

_PUSH: Final = since(
    VERSION,
    {
        30: (
            *(60, 120, 140, 140, 150, 160, 170, 180),
            *(190, 200, 210, 210, 220, 230, 240, 240),
            *(240, 240, 240, 240, 250, 260, 260, 260),
            *(260, 270, 280, 280, 290, 290, 300, 300),
        ),
        32: (
            *(50, 60, 60, 60, 70, 70, 70, 70),
            *(194, 201, 206, 204, 200, 200, 210, 210),
            *(220, 236, 230, 220, 250, 240, 257, 240),
            *(270, 280, 280, 287, 290, 300, 300, 290),
        ),
    },
)
NATIVE_PUSH: Final = tuple(U32(STEP + cost) for cost in _PUSH)
"""PUSH1 to PUSH32, from index 0."""

NATIVE_CODE_BYTE: Final = U64(6)
"""Finding jump destinations, a byte of code: when it is deployed, and at the start of
a frame that runs initcode or code stored without them."""


def bytes_native(length_bytes: U32) -> U64:
    """What the bytes of a copy cost, besides `NATIVE_COPY`."""
    if COPIED_BYTES_COST_TWO:
        return U64(2) * U64(length_bytes)
    return U64(length_bytes)
