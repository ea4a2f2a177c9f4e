"""The hooks of the Ethereum instance: its precompiles, no system contracts.

Which there are depends on the fork; all are warm from the start.
"""

from typing import Final

from zkos.guest.hooks.bls381 import (
    bls381_g1_add,
    bls381_g1_msm,
    bls381_g2_add,
    bls381_g2_msm,
    bls381_map_to_g1,
    bls381_map_to_g2,
    bls381_pairing,
)
from zkos.guest.hooks.bn254 import bn254_add, bn254_mul, bn254_pairing
from zkos.guest.hooks.call import HookCall
from zkos.guest.hooks.ecrecover import ecrecover
from zkos.guest.hooks.ethereum_modexp import ethereum_modexp
from zkos.guest.hooks.extensions import blake2f_hook, point_evaluation
from zkos.guest.hooks.groups import ALWAYS
from zkos.guest.hooks.hashes import identity, ripemd160_hook, sha256_hook
from zkos.guest.hooks.p256 import p256_verify
from zkos.guest.protocol.addresses import (
    BLAKE2F,
    BLS381_G1_ADD,
    BLS381_G1_MSM,
    BLS381_G2_ADD,
    BLS381_G2_MSM,
    BLS381_MAP_TO_G1,
    BLS381_MAP_TO_G2,
    BLS381_PAIRING,
    BN254_ADD,
    BN254_MUL,
    BN254_PAIRING,
    ECRECOVER,
    IDENTITY,
    MODEXP,
    P256_VERIFY,
    POINT_EVALUATION,
    RIPEMD160,
    SHA256,
)
from zkos.guest.protocol.precompiles import P256_EXISTS
from zkos.lang.control import DispatchTable
from zkos.lang.ints import U32

_SINCE_OSAKA: Final = ((P256_VERIFY, p256_verify),)
HOOKS: Final = (
    (ECRECOVER, ecrecover),
    (SHA256, sha256_hook),
    (RIPEMD160, ripemd160_hook),
    (IDENTITY, identity),
    (MODEXP, ethereum_modexp),
    (BN254_ADD, bn254_add),
    (BN254_MUL, bn254_mul),
    (BN254_PAIRING, bn254_pairing),
    (BLAKE2F, blake2f_hook),
    (POINT_EVALUATION, point_evaluation),
    (BLS381_G1_ADD, bls381_g1_add),
    (BLS381_G1_MSM, bls381_g1_msm),
    (BLS381_G2_ADD, bls381_g2_add),
    (BLS381_G2_MSM, bls381_g2_msm),
    (BLS381_PAIRING, bls381_pairing),
    (BLS381_MAP_TO_G1, bls381_map_to_g1),
    (BLS381_MAP_TO_G2, bls381_map_to_g2),
    *(_SINCE_OSAKA if P256_EXISTS else ()),
)
HOOK_COUNT: Final = U32(len(HOOKS))
ADDRESSES: Final = tuple(U32(int(row[0])) for row in HOOKS)
GROUPS: Final = tuple(ALWAYS for _ in HOOKS)


def unknown(call: HookCall) -> None:
    """Stands for numbers without a row, which nobody asks for."""
    call.halt()


HANDLERS: Final[DispatchTable[HookCall]] = DispatchTable(
    tuple((number, row[1], ()) for number, row in enumerate(HOOKS)), unknown
)
