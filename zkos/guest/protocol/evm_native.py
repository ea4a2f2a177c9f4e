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

NATIVE_ADD: Final = U32(STEP + 140)
NATIVE_MUL: Final = U32(STEP + 400)
NATIVE_SUB: Final = U32(STEP + 140)
NATIVE_DIV: Final = U32(STEP + 1500)
NATIVE_SDIV: Final = U32(STEP + 1000)
NATIVE_MOD: Final = U32(STEP + 1300)
NATIVE_SMOD: Final = U32(STEP + 800)
NATIVE_ADDMOD: Final = U32(STEP + 2000)
NATIVE_MULMOD: Final = U32(STEP + 4000)
NATIVE_EXP: Final = U64(700)
NATIVE_EXP_BYTE: Final = U64(5000)
NATIVE_SIGNEXTEND: Final = U32(STEP + 400)

NATIVE_LT: Final = U32(STEP + 190)
NATIVE_GT: Final = U32(STEP + 190)
NATIVE_SLT: Final = U32(STEP + 430)
NATIVE_SGT: Final = U32(STEP + 430)
NATIVE_EQ: Final = U32(STEP + 500)
NATIVE_ISZERO: Final = U32(STEP + 300)
NATIVE_AND: Final = U32(STEP + 100)
NATIVE_OR: Final = U32(STEP + 90)
NATIVE_XOR: Final = U32(STEP + 90)
NATIVE_NOT: Final = U32(STEP + 60)
NATIVE_BYTE: Final = U32(STEP + 160)
NATIVE_SHL: Final = U32(STEP + 240)
NATIVE_SHR: Final = U32(STEP + 240)
NATIVE_SAR: Final = U32(STEP + 400)
NATIVE_CLZ: Final = U32(STEP + 240)
"""Of the Ethereum instance, where native has no limit."""

NATIVE_KECCAK256: Final = U32(90)

NATIVE_ADDRESS: Final = U32(STEP + 60)
NATIVE_ORIGIN: Final = U32(STEP + 60)
NATIVE_CALLER: Final = U32(STEP + 60)
NATIVE_CALLVALUE: Final = U32(STEP + 60)
NATIVE_CALLDATALOAD: Final = U32(STEP + 280)
NATIVE_CALLDATASIZE: Final = U32(STEP + 40)
NATIVE_CODESIZE: Final = U32(STEP + 40)
NATIVE_GASPRICE: Final = U32(STEP + 60)
NATIVE_RETURNDATASIZE: Final = U32(STEP + 60)
NATIVE_COPY_OPCODE: Final = U32(100)
NATIVE_MCOPY: Final = U32(0)
NATIVE_COPY: Final = U64(80)
"""Any copy, besides one a byte; also those of system contracts."""

NATIVE_BALANCE: Final = U32(STEP + 60)
NATIVE_EXTCODESIZE: Final = U32(STEP + 60)
NATIVE_EXTCODEHASH: Final = U32(STEP + 60)
NATIVE_BLOCKHASH: Final = U32(STEP + 60)
NATIVE_BLOCK_FIELD: Final = U32(STEP + 60)
"""COINBASE, TIMESTAMP, NUMBER, GASLIMIT, CHAINID, BASEFEE."""
NATIVE_PREVRANDAO: Final = U32(STEP + 40)
NATIVE_SELFBALANCE: Final = U32(STEP + 60)
NATIVE_BLOBHASH: Final = U32(STEP + since(VERSION, {30: 40, 31: 100}))
NATIVE_BLOBBASEFEE: Final = U32(STEP + since(VERSION, {30: 40, 31: 100}))

NATIVE_POP: Final = U32(STEP + 40)
NATIVE_MEMORY: Final = U32(STEP + 250)
"""MLOAD, MSTORE, MSTORE8."""
NATIVE_MEMORY_GROWTH: Final = U64(35)
"""Any growth, besides one a new byte."""
NATIVE_SLOAD: Final = U32(STEP + 100)
NATIVE_SSTORE: Final = U32(STEP + 100)
NATIVE_TLOAD: Final = U32(STEP + 100)
NATIVE_TSTORE: Final = U32(STEP + 100)
NATIVE_JUMP: Final = U32(STEP + 70)
NATIVE_JUMPI: Final = U32(STEP + 300)
NATIVE_PC: Final = U32(STEP + 40)
NATIVE_MSIZE: Final = U32(STEP + 40)
NATIVE_GAS: Final = U32(STEP + 60)
NATIVE_JUMPDEST: Final = U32(STEP + 40)
NATIVE_PUSH0: Final = U32(STEP + 50)
NATIVE_DUP: Final = U32(STEP + 60)
NATIVE_SWAP: Final = U32(STEP + 90)
NATIVE_LOG: Final = U32(STEP + 50)
NATIVE_CREATE: Final = U32(STEP + 25000)
NATIVE_CALL: Final = U32(STEP + 1500)
NATIVE_RETURN: Final = U32(STEP + 40)
NATIVE_REVERT: Final = U32(STEP + 50)
NATIVE_SELFDESTRUCT: Final = U32(STEP + 100)

NATIVE_PUSH: Final = tuple(
    U32(STEP + cost)
    for cost in (
        *(60, 120, 140, 140, 150, 160, 170, 180),
        *(190, 200, 210, 210, 220, 230, 240, 240),
        *(240, 240, 240, 240, 250, 260, 260, 260),
        *(260, 270, 280, 280, 290, 290, 300, 300),
    )
)
"""PUSH1 to PUSH32, from index 0."""

NATIVE_CODE_BYTE: Final = U64(6)
"""Finding jump destinations, a byte of code: when it is deployed, and at the start of
a frame that runs initcode or code stored without them."""
