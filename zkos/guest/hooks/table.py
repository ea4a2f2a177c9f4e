"""The hooks: one row each, from which look-up and dispatch are derived.

A row is (address, handler, group). Which system contracts are hooks is the version's
to say (`SYSTEM_CONTRACTS`). What is not in the table is an ordinary account, whatever
its address.
"""

from typing import TYPE_CHECKING, Final

from zkos.guest.hooks.base_token import base_token
from zkos.guest.hooks.bn254 import bn254_add, bn254_mul, bn254_pairing
from zkos.guest.hooks.bytecode_setter import bytecode_setter
from zkos.guest.hooks.call import HookCall
from zkos.guest.hooks.contract_deployer import contract_deployer
from zkos.guest.hooks.ecrecover import ecrecover
from zkos.guest.hooks.extensions import blake2f_hook, point_evaluation
from zkos.guest.hooks.hashes import identity, ripemd160_hook, sha256_hook
from zkos.guest.hooks.l1_messenger import l1_messenger
from zkos.guest.hooks.message_sender import message_sender
from zkos.guest.hooks.minter import minter
from zkos.guest.hooks.modexp import modexp
from zkos.guest.hooks.p256 import p256_verify
from zkos.guest.protocol.addresses import (
    BASE_TOKEN,
    BLAKE2F,
    BN254_ADD,
    BN254_MUL,
    BN254_PAIRING,
    BYTECODE_SETTER,
    CONTRACT_DEPLOYER,
    ECRECOVER,
    IDENTITY,
    L1_MESSENGER,
    MESSAGE_SENDER,
    MINTER,
    MODEXP,
    P256_VERIFY,
    POINT_EVALUATION,
    RIPEMD160,
    SHA256,
    SYSTEM_CONTRACTS,
)
from zkos.lang.control import DispatchTable
from zkos.lang.ints import U8, U32

if TYPE_CHECKING:
    from collections.abc import Callable

    from zkos.lang.ints import Address

    Row = tuple[Address, Callable[[HookCall], None], U8]

ALWAYS: Final = U8(0)
EXTRA: Final = U8(1)
"""Only with OPTION_EXTRA_PRECOMPILES."""
SYSTEM_CONTRACT: Final = U8(2)
"""Unless OPTION_DISABLE_SYSTEM_CONTRACTS."""

ROWS: "Final[tuple[Row, ...]]" = (
    (ECRECOVER, ecrecover, ALWAYS),
    (SHA256, sha256_hook, ALWAYS),
    (RIPEMD160, ripemd160_hook, ALWAYS),
    (IDENTITY, identity, ALWAYS),
    (MODEXP, modexp, ALWAYS),
    (BN254_ADD, bn254_add, ALWAYS),
    (BN254_MUL, bn254_mul, ALWAYS),
    (BN254_PAIRING, bn254_pairing, ALWAYS),
    (BLAKE2F, blake2f_hook, EXTRA),
    (POINT_EVALUATION, point_evaluation, EXTRA),
    (P256_VERIFY, p256_verify, ALWAYS),
    (MESSAGE_SENDER, message_sender, SYSTEM_CONTRACT),
    (BYTECODE_SETTER, bytecode_setter, SYSTEM_CONTRACT),
    (MINTER, minter, SYSTEM_CONTRACT),
    (CONTRACT_DEPLOYER, contract_deployer, SYSTEM_CONTRACT),
    (L1_MESSENGER, l1_messenger, SYSTEM_CONTRACT),
    (BASE_TOKEN, base_token, SYSTEM_CONTRACT),
)
"""Those of all versions."""
HOOKS: "Final[tuple[Row, ...]]" = tuple(
    row for row in ROWS if row[2] is not SYSTEM_CONTRACT or row[0] in SYSTEM_CONTRACTS
)

HOOK_COUNT: Final = U32(len(HOOKS))
ADDRESSES: Final = tuple(U32(int(row[0])) for row in HOOKS)
GROUPS: Final = tuple(row[2] for row in HOOKS)


def unknown(call: HookCall) -> None:
    """Stands for numbers without a row, which nobody asks for."""
    call.halt()


HANDLERS: Final[DispatchTable[HookCall]] = DispatchTable(
    tuple((number, row[1], ()) for number, row in enumerate(HOOKS)), unknown
)
