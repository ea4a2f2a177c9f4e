"""One transaction: from the first check to the fee of the coinbase."""

from zkos.guest.blocks.ethereum.authority import apply_authorizations
from zkos.guest.blocks.ethereum.validation import Terms, validate
from zkos.guest.blocks.ethereum.work import Work
from zkos.guest.flow.outcome import Outcome
from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.protocol.report import REASON_INVALID_STRUCTURE, REASON_REVERTED
from zkos.guest.protocol.transactions import REFUND_SHARE
from zkos.guest.rlp.reader import MalformedRlp
from zkos.guest.system.errors import SystemFault
from zkos.guest.system.resources import ERGS_PER_GAS, INFINITE, Resources
from zkos.lang.ints import U64, U256, Address
from zkos.lang.memory import ByteView
from zkos.lang.trap import trap


def process(work: Work, encoding: ByteView) -> None:
    """Validate, execute and pay. Raises Invalid."""
    reason = work.reader.decode(encoding)
    if reason != 0:
        work.outcome.reject(reason)
    work.io.begin_transaction()
    terms = validate(work)
    try:
        begin(work, terms)
        resources = run(work, terms)
        settle(work.outcome, work, terms, resources)
        pay(work, terms)
    except MalformedRlp:
        work.outcome.reject(REASON_INVALID_STRUCTURE)
    except SystemFault:
        # Native has no limit, balances of all accounts fit 256 bits.
        trap("a transaction ends the block")
    work.gas_used = work.gas_used + work.outcome.gas_used
    work.blob_gas_used = work.blob_gas_used + terms.blob_gas
    work.io.finish_transaction()


def begin(work: Work, terms: Terms) -> None:
    """Use the nonce up, take the fees, make warm what must be, apply authorizations.

    Raises MalformedRlp and SystemFault.
    """
    io = work.io
    transaction = work.transaction
    sender = transaction.sender
    work.system.origin = sender
    work.system.gas_price = terms.gas_price
    io.increment_nonce(NO_ENVIRONMENT, work.unlimited(), sender)
    fee = terms.gas_price * U256(transaction.gas_limit)
    fee = fee + work.context.blob_price * U256(terms.blob_gas)
    io.sub_balance(NO_ENVIRONMENT, work.unlimited(), sender, fee)
    io.read_account(NO_ENVIRONMENT, work.unlimited(), work.context.header.coinbase)
    work.reader.access_list.warm(transaction.access_list, io, work.unlimited())
    apply_authorizations(work)


def run(work: Work, terms: Terms) -> Resources:
    """Call or create in a frame that a failure rolls back; what is left.

    Raises SystemFault.
    """
    io = work.io
    runner = work.runner
    outcome = work.outcome
    transaction = work.transaction
    gas = transaction.gas_limit - terms.intrinsic
    resources = Resources(gas * ERGS_PER_GAS, INFINITE)
    snapshot = io.start_frame()
    if transaction.is_creation:
        outcome.success = runner.create(
            resources,
            transaction.sender,
            transaction.value,
            transaction.data,
            transaction.nonce,
        )
    else:
        outcome.success = runner.call(
            resources,
            NO_ENVIRONMENT,
            transaction.sender,
            transaction.to,
            transaction.value,
            transaction.data,
        )
    io.finish_frame(snapshot, not outcome.success)
    outcome.output = runner.output
    if outcome.success:
        outcome.created = runner.created
    else:
        outcome.revert(REASON_REVERTED)
    return resources


def settle(outcome: Outcome, work: Work, terms: Terms, resources: Resources) -> None:
    """Find the gas used: refunds (EIP-3529), then the floor (EIP-7623)."""
    used = work.transaction.gas_limit - resources.gas()
    refund = U64(work.io.refund_counter())
    most = used // REFUND_SHARE
    outcome.gas_refunded = refund if refund < most else most
    used = used - outcome.gas_refunded
    outcome.gas_used = used if used > terms.floor else terms.floor


def pay(work: Work, terms: Terms) -> None:
    """Return the price of the gas left, then pay the coinbase. Raises SystemFault."""
    transaction = work.transaction
    used = work.outcome.gas_used
    left = U256(transaction.gas_limit - used)
    credit(work, transaction.sender, left * terms.gas_price)
    tip = terms.gas_price - work.context.header.basefee
    credit(work, work.context.header.coinbase, U256(used) * tip)


def credit(work: Work, target: Address, amount: U256) -> None:
    """Add to a balance. Raises SystemFault."""
    work.io.add_balance(NO_ENVIRONMENT, work.unlimited(), target, amount)
