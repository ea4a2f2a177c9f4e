"""What authorizations do to the accounts that signed them (EIP-7702).

Bootloader spec 8. Gas was charged before; each entry pays native for its checks.
"""

from zkos.guest.flow.work import Work
from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.protocol.limits import HIGHEST_NONCE
from zkos.guest.protocol.precompile_native import NATIVE_ECRECOVER
from zkos.guest.protocol.transactions import HALF_CURVE_ORDER, REFUND_AUTHORIZATION
from zkos.guest.state.account import Account
from zkos.guest.system.resources import Resources
from zkos.lang.ints import U64, U256, Address


def apply_authorizations(work: Work, resources: Resources) -> None:
    """Apply the entries of the list, in order; one that does not hold is skipped.

    Raises OutOfNative.
    """
    reader = work.reader
    reader.first_authorization()
    while reader.next_authorization():
        if may_hold(work):
            known, authority = recover_authority(work, resources)
            if known:
                delegate(work, resources, authority)


def may_hold(work: Work) -> bool:
    """Whether chain, nonce and s of an entry are possible."""
    entry = work.reader.authorizations
    chain_id = U256(work.system.metadata.chain_id)
    if entry.chain_id != 0 and entry.chain_id != chain_id:
        return False
    return entry.nonce != HIGHEST_NONCE and entry.s <= HALF_CURVE_ORDER


def recover_authority(work: Work, resources: Resources) -> tuple[bool, Address]:
    """Who signed an entry; False if nobody did. Raises OutOfNative."""
    entry = work.reader.authorizations
    digest = work.reader.authorization_hash(resources)
    if entry.parity > 1:
        return False, Address(0)
    resources.charge(U64(0), NATIVE_ECRECOVER)
    curve = work.system.secp256k1()
    return curve.recover(U256(digest), entry.r, entry.s, entry.parity == 1)


def delegate(work: Work, resources: Resources, authority: Address) -> None:
    """Let the authority run other code, unless it has its own or another nonce.

    Raises OutOfNative.
    """
    io = work.io
    entry = work.reader.authorizations
    account = io.read_account(NO_ENVIRONMENT, resources, authority)
    if account.has_code() and not account.is_delegated():
        return
    if account.nonce != entry.nonce:
        return
    if exists(account):
        io.add_refund(REFUND_AUTHORIZATION)
    io.set_delegation(resources, authority, entry.address)
    io.increment_nonce(NO_ENVIRONMENT, resources, authority)


def exists(account: Account) -> bool:
    """Whether an account is more than an address nobody has used."""
    return account.nonce != 0 or account.has_code() or account.balance != 0
