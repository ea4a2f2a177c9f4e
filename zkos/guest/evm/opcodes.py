"""The opcodes: one row each, from which dispatch and everything else is derived.

A row is (value, name, handler, immediates, pops, pushes, numbers): how many bytes of
code follow, how many words the operands and results are, and the literals bound to
the handler. Values without a row are `invalid`.
"""

from typing import TYPE_CHECKING, Final

from zkos.guest.evm.frame import EvmFrame
from zkos.guest.evm.instructions.arithmetic import (
    add,
    add_mod,
    div,
    exp,
    mod,
    mul,
    mul_mod,
    sdiv,
    signextend,
    smod,
    sub,
)
from zkos.guest.evm.instructions.bitwise import (
    and_,
    byte,
    clz,
    eq,
    gt,
    iszero,
    lt,
    not_,
    or_,
    sar,
    sgt,
    shl,
    shr,
    slt,
    xor,
)
from zkos.guest.evm.instructions.blobs import blobbasefee, blobhash
from zkos.guest.evm.instructions.calls import (
    call,
    callcode,
    create,
    create2,
    delegatecall,
    staticcall,
)
from zkos.guest.evm.instructions.control_flow import (
    invalid,
    jump,
    jumpdest,
    jumpi,
    pc,
    return_,
    revert,
    stop,
)
from zkos.guest.evm.instructions.environment import (
    basefee,
    blockhash,
    chainid,
    coinbase,
    gaslimit,
    gasprice,
    number,
    origin,
    prevrandao,
    timestamp,
)
from zkos.guest.evm.instructions.host import (
    balance,
    extcodecopy,
    extcodehash,
    extcodesize,
    log_n,
    selfbalance,
    selfdestruct,
    sload,
    sstore,
    tload,
    tstore,
)
from zkos.guest.evm.instructions.memory import mcopy, mload, msize, mstore, mstore8
from zkos.guest.evm.instructions.stack_ops import dup_n, pop, push0, push_n, swap_n
from zkos.guest.evm.instructions.system import (
    address,
    calldatacopy,
    calldataload,
    calldatasize,
    caller,
    callvalue,
    codecopy,
    codesize,
    gas,
    keccak256,
    returndatacopy,
    returndatasize,
)
from zkos.guest.protocol.ethereum import HAS_CLZ
from zkos.lang.control import DispatchTable

if TYPE_CHECKING:
    from collections.abc import Callable

    Row = tuple[int, str, Callable[..., None], int, int, int, tuple[int, ...]]

OPCODES: "Final[tuple[Row, ...]]" = (
    (0x00, "STOP", stop, 0, 0, 0, ()),
    (0x01, "ADD", add, 0, 2, 1, ()),
    (0x02, "MUL", mul, 0, 2, 1, ()),
    (0x03, "SUB", sub, 0, 2, 1, ()),
    (0x04, "DIV", div, 0, 2, 1, ()),
    (0x05, "SDIV", sdiv, 0, 2, 1, ()),
    (0x06, "MOD", mod, 0, 2, 1, ()),
    (0x07, "SMOD", smod, 0, 2, 1, ()),
    (0x08, "ADDMOD", add_mod, 0, 3, 1, ()),
    (0x09, "MULMOD", mul_mod, 0, 3, 1, ()),
    (0x0A, "EXP", exp, 0, 2, 1, ()),
    (0x0B, "SIGNEXTEND", signextend, 0, 2, 1, ()),
    (0x10, "LT", lt, 0, 2, 1, ()),
    (0x11, "GT", gt, 0, 2, 1, ()),
    (0x12, "SLT", slt, 0, 2, 1, ()),
    (0x13, "SGT", sgt, 0, 2, 1, ()),
    (0x14, "EQ", eq, 0, 2, 1, ()),
    (0x15, "ISZERO", iszero, 0, 1, 1, ()),
    (0x16, "AND", and_, 0, 2, 1, ()),
    (0x17, "OR", or_, 0, 2, 1, ()),
    (0x18, "XOR", xor, 0, 2, 1, ()),
    (0x19, "NOT", not_, 0, 1, 1, ()),
    (0x1A, "BYTE", byte, 0, 2, 1, ()),
    (0x1B, "SHL", shl, 0, 2, 1, ()),
    (0x1C, "SHR", shr, 0, 2, 1, ()),
    (0x1D, "SAR", sar, 0, 2, 1, ()),
    *(((0x1E, "CLZ", clz, 0, 1, 1, ()),) if HAS_CLZ else ()),
    (0x20, "KECCAK256", keccak256, 0, 2, 1, ()),
    (0x30, "ADDRESS", address, 0, 0, 1, ()),
    (0x31, "BALANCE", balance, 0, 1, 1, ()),
    (0x32, "ORIGIN", origin, 0, 0, 1, ()),
    (0x33, "CALLER", caller, 0, 0, 1, ()),
    (0x34, "CALLVALUE", callvalue, 0, 0, 1, ()),
    (0x35, "CALLDATALOAD", calldataload, 0, 1, 1, ()),
    (0x36, "CALLDATASIZE", calldatasize, 0, 0, 1, ()),
    (0x37, "CALLDATACOPY", calldatacopy, 0, 3, 0, ()),
    (0x38, "CODESIZE", codesize, 0, 0, 1, ()),
    (0x39, "CODECOPY", codecopy, 0, 3, 0, ()),
    (0x3A, "GASPRICE", gasprice, 0, 0, 1, ()),
    (0x3B, "EXTCODESIZE", extcodesize, 0, 1, 1, ()),
    (0x3C, "EXTCODECOPY", extcodecopy, 0, 4, 0, ()),
    (0x3D, "RETURNDATASIZE", returndatasize, 0, 0, 1, ()),
    (0x3E, "RETURNDATACOPY", returndatacopy, 0, 3, 0, ()),
    (0x3F, "EXTCODEHASH", extcodehash, 0, 1, 1, ()),
    (0x40, "BLOCKHASH", blockhash, 0, 1, 1, ()),
    (0x41, "COINBASE", coinbase, 0, 0, 1, ()),
    (0x42, "TIMESTAMP", timestamp, 0, 0, 1, ()),
    (0x43, "NUMBER", number, 0, 0, 1, ()),
    (0x44, "PREVRANDAO", prevrandao, 0, 0, 1, ()),
    (0x45, "GASLIMIT", gaslimit, 0, 0, 1, ()),
    (0x46, "CHAINID", chainid, 0, 0, 1, ()),
    (0x47, "SELFBALANCE", selfbalance, 0, 0, 1, ()),
    (0x48, "BASEFEE", basefee, 0, 0, 1, ()),
    (0x49, "BLOBHASH", blobhash, 0, 1, 1, ()),
    (0x4A, "BLOBBASEFEE", blobbasefee, 0, 0, 1, ()),
    (0x50, "POP", pop, 0, 1, 0, ()),
    (0x51, "MLOAD", mload, 0, 1, 1, ()),
    (0x52, "MSTORE", mstore, 0, 2, 0, ()),
    (0x53, "MSTORE8", mstore8, 0, 2, 0, ()),
    (0x54, "SLOAD", sload, 0, 1, 1, ()),
    (0x55, "SSTORE", sstore, 0, 2, 0, ()),
    (0x56, "JUMP", jump, 0, 1, 0, ()),
    (0x57, "JUMPI", jumpi, 0, 2, 0, ()),
    (0x58, "PC", pc, 0, 0, 1, ()),
    (0x59, "MSIZE", msize, 0, 0, 1, ()),
    (0x5A, "GAS", gas, 0, 0, 1, ()),
    (0x5B, "JUMPDEST", jumpdest, 0, 0, 0, ()),
    (0x5C, "TLOAD", tload, 0, 1, 1, ()),
    (0x5D, "TSTORE", tstore, 0, 2, 0, ()),
    (0x5E, "MCOPY", mcopy, 0, 3, 0, ()),
    (0x5F, "PUSH0", push0, 0, 0, 1, ()),
    *((0x5F + n, f"PUSH{n}", push_n, n, 0, 1, (n,)) for n in range(1, 33)),
    *((0x7F + n, f"DUP{n}", dup_n, 0, n, n + 1, (n,)) for n in range(1, 17)),
    *((0x8F + n, f"SWAP{n}", swap_n, 0, n + 1, n + 1, (n,)) for n in range(1, 17)),
    *((0xA0 + n, f"LOG{n}", log_n, 0, n + 2, 0, (n,)) for n in range(5)),
    (0xF0, "CREATE", create, 0, 3, 1, ()),
    (0xF1, "CALL", call, 0, 7, 1, ()),
    (0xF2, "CALLCODE", callcode, 0, 7, 1, ()),
    (0xF3, "RETURN", return_, 0, 2, 0, ()),
    (0xF4, "DELEGATECALL", delegatecall, 0, 6, 1, ()),
    (0xF5, "CREATE2", create2, 0, 4, 1, ()),
    (0xFA, "STATICCALL", staticcall, 0, 6, 1, ()),
    (0xFD, "REVERT", revert, 0, 2, 0, ()),
    (0xFE, "INVALID", invalid, 0, 0, 0, ()),
    (0xFF, "SELFDESTRUCT", selfdestruct, 0, 1, 0, ()),
)

TABLE: Final[DispatchTable[EvmFrame]] = DispatchTable(
    tuple((row[0], row[2], row[6]) for row in OPCODES), invalid
)
