"""What authorizations do to the accounts that signed them (EIP-7702)."""

from zkos.guest.blocks.ethereum.work import Work
from zkos.guest.flow.delegations import exists
from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.protocol.limits import HIGHEST_NONCE
from zkos.guest.protocol.transactions import HALF_CURVE_ORDER, REFUND_AUTHORIZATION
from zkos.lang.ints import U256, Address


def apply_authorizations(work: Work) -> None:
    """Apply the entries of the list, in order; one that does not hold is skipped.

    Raises MalformedRlp and SystemFault, but has no cause to.
    """
    entries = work.reader.authorizations
    entries.open(work.transaction.authorizations)
    while entries.next():
        if may_hold(work):
            digest = work.reader.hasher.authorization(entries, work.unlimited())
            known, authority = work.reader.curve.recover(
                U256(digest), entries.r, entries.s, entries.parity == 1
            )
            if known:
                delegate(work, authority)


def may_hold(work: Work) -> bool:
    """Whether chain, nonce and signature of an entry are possible."""
    entry = work.reader.authorizations
    chain_id = U256(work.reader.chain_id)
    if entry.chain_id != 0 and entry.chain_id != chain_id:
        return False
    if entry.nonce == HIGHEST_NONCE or entry.parity > 1:
        return False
    return entry.s <= HALF_CURVE_ORDER


def delegate(work: Work, authority: Address) -> None:
    """Let the authority run other code, unless it has its own or another nonce."""
    io = work.io
    entry = work.reader.authorizations
    resources = work.unlimited()
    account = io.read_account(NO_ENVIRONMENT, resources, authority)
    if account.has_code():
        io.read_account_with_code(NO_ENVIRONMENT, resources, authority)
        if not account.is_delegated():
            return
    if account.nonce != entry.nonce:
        return
    if exists(account):
        io.add_refund(REFUND_AUTHORIZATION)
    io.set_delegation(resources, authority, entry.address)
    io.increment_nonce(NO_ENVIRONMENT, resources, authority)
