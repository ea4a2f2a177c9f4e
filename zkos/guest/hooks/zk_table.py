"""The hooks of ZKsync OS: one row each, from which look-up and dispatch are derived.

A row is (address, handler, group, since, until), the last two as versions. What is not
in the table is an ordinary account, whatever its address.
"""

from typing import TYPE_CHECKING, Final

from zkos.guest.hooks.base_token import base_token
from zkos.guest.hooks.bn254 import bn254_add, bn254_mul, bn254_pairing
from zkos.guest.hooks.bytecode_setter import bytecode_setter, upgrade_deployer
from zkos.guest.hooks.call import HookCall
from zkos.guest.hooks.contract_deployer import contract_deployer
from zkos.guest.hooks.ecrecover import ecrecover
from zkos.guest.hooks.extensions import blake2f_hook, point_evaluation
from zkos.guest.hooks.groups import ALWAYS, EXTRA, SYSTEM_CONTRACT
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
)
from zkos.guest.protocol.rows import in_force
from zkos.lang.control import DispatchTable
from zkos.lang.ints import U8, U32

if TYPE_CHECKING:
    from collections.abc import Callable

    from zkos.lang.ints import Address

    Row = tuple[Address, Callable[[HookCall], None], U8, int, int | None]

ROWS: "Final[tuple[Row, ...]]" = (
    (ECRECOVER, ecrecover, ALWAYS, 30, None),
    (SHA256, sha256_hook, ALWAYS, 30, None),
    (RIPEMD160, ripemd160_hook, ALWAYS, 30, None),
    (IDENTITY, identity, ALWAYS, 30, None),
    (MODEXP, modexp, ALWAYS, 30, None),
    (BN254_ADD, bn254_add, ALWAYS, 30, None),
    (BN254_MUL, bn254_mul, ALWAYS, 30, None),
    (BN254_PAIRING, bn254_pairing, ALWAYS, 30, None),
    (BLAKE2F, blake2f_hook, EXTRA, 30, None),
    (POINT_EVALUATION, point_evaluation, EXTRA, 30, None),
    (P256_VERIFY, p256_verify, ALWAYS, 30, None),
    (MESSAGE_SENDER, message_sender, SYSTEM_CONTRACT, 31, None),
    (BYTECODE_SETTER, bytecode_setter, SYSTEM_CONTRACT, 31, None),
    (MINTER, minter, SYSTEM_CONTRACT, 31, None),
    (CONTRACT_DEPLOYER, contract_deployer, SYSTEM_CONTRACT, 30, 31),
    (CONTRACT_DEPLOYER, upgrade_deployer, SYSTEM_CONTRACT, 31, None),
    (L1_MESSENGER, l1_messenger, SYSTEM_CONTRACT, 30, 31),
    (BASE_TOKEN, base_token, SYSTEM_CONTRACT, 30, 31),
)
HOOKS: "Final[tuple[Row, ...]]" = tuple(row for row in ROWS if in_force(*row[3:]))
"""Those of the version."""

HOOK_COUNT: Final = U32(len(HOOKS))
ADDRESSES: Final = tuple(U32(int(row[0])) for row in HOOKS)
GROUPS: Final = tuple(row[2] for row in HOOKS)


def unknown(call: HookCall) -> None:
    """Stands for numbers without a row, which nobody asks for."""
    call.halt()


HANDLERS: Final[DispatchTable[HookCall]] = DispatchTable(
    tuple((number, row[1], ()) for number, row in enumerate(HOOKS)), unknown
)
