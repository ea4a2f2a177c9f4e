"""Who sends an L2 transaction, and checks that do not depend on their order.

Bootloader spec 4, steps 10 and 11.
"""

from zkos.guest.flow.ledger import Ledger
from zkos.guest.flow.work import Work
from zkos.guest.hooks.ecrecover import recover_signer
from zkos.guest.protocol.report import (
    REASON_INCORRECT_FROM,
    REASON_MALLEABLE_SIGNATURE,
    REASON_NONCE_TOO_HIGH,
    REASON_NONCE_TOO_LOW,
)
from zkos.guest.protocol.transactions import HALF_CURVE_ORDER, V_UNPROTECTED
from zkos.lang.control import record
from zkos.lang.ints import U8, U64, U256


@record
class Sender:
    """The sender's account as validation has found it."""

    environment: U8
    """Whose prices validation charges for touches of the account."""
    nonce: U64
    has_code: bool
    """Code of its own, not of what it delegates to."""


def check_nonce(work: Work, sender: Sender) -> None:
    """The nonce must be the account's. Raises Invalid."""
    nonce = work.transaction.nonce
    state = sender.nonce
    if nonce > state:
        work.outcome.reject_with(REASON_NONCE_TOO_HIGH, U256(nonce), U256(state))
    if nonce < state:
        work.outcome.reject_with(REASON_NONCE_TOO_LOW, U256(nonce), U256(state))


def check_signature(work: Work, ledger: Ledger) -> None:
    """The signer must be the sender, with the lower of two s.

    Raises Invalid, OutOfErgs and OutOfNative.
    """
    transaction = work.transaction
    if transaction.s > HALF_CURVE_ORDER:
        work.outcome.reject(REASON_MALLEABLE_SIGNATURE)
    v = V_UNPROTECTED
    if transaction.is_odd:
        v = v + 1
    is_valid, signer = recover_signer(
        work.system,
        ledger.resources,
        U256(transaction.signing_hash),
        v,
        transaction.r,
        transaction.s,
    )
    sender = transaction.sender
    if not is_valid or not transaction.is_sender_known or signer != sender:
        work.outcome.reject_with(REASON_INCORRECT_FROM, U256(sender), U256(signer))
