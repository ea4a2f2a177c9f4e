"""A block on a reference of Ethereum, under the policy: what all references share.

References are asked about signed transactions only. What our run says of resources
that Ethereum does not have is taken from there (`Told`): a transaction that ran out of
them reverts with all its gas, one that was dropped for them is not run. Everything
else, what is invalid included, a reference decides on its own.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol, TypeAlias

from differential.known import BLOCK_GAS_LIMIT, FORK
from differential.outcome import (
    AccountDiff,
    Detail,
    Outcome,
    Result,
    SlotDiff,
    TransactionOutcome,
    TransactionStatus,
)
from differential.policy import Policy
from differential.reference.rules import Fate, Rules, Told, Unanswerable, hooks_of
from differential.reference.transactions import (
    FIRST_LIST,
    Envelope,
    Refused,
    check_case,
    envelopes,
    readable,
)
from zkos.guest.protocol.options import (
    OPTION_DISABLE_SYSTEM_CONTRACTS,
    OPTION_UNLIMITED_NATIVE,
)
from zkos.host.case import Block
from zkos.host.case_errors import CaseError
from zkos.host.context import MAX_BLOCK_GAS_LIMIT, BlockContext
from zkos.host.profile import RunOptions
from zkos.host.signing import keccak256
from zkos.host.state import ChainState
from zkos.host.transactions import TransactionError

UNSUPPORTED: Final = "unsupported: "
INVALID: Final = TransactionOutcome(TransactionStatus.INVALID, reason=None)


class World(Protocol):
    """A reference with the state of a block, which it changes."""

    def decode(self, data: bytes) -> Any:
        """The reference's transaction of an envelope. Raises Refused."""

    def gas_limit(self, transaction: Any) -> int:
        """The gas a transaction offers to pay for."""

    def gas_price(self, transaction: Any) -> int:
        """Wei it would pay for one, whether or not it is valid."""

    def apply(self, transaction: Any, claimed: int, fate: Fate) -> TransactionOutcome:
        """Run a transaction that `claimed` is said to have signed.

        Raises Refused for an invalid one, which leaves no trace.
        """

    def save(self) -> Any:
        """What `restore` needs."""

    def restore(self, saved: Any) -> None:
        """Become as at `save`."""

    def changed_accounts(self) -> tuple[AccountDiff, ...]:
        """Accounts that differ from those before the block, by address."""

    def changed_slots(self) -> tuple[SlotDiff, ...]:
        """Slots that differ from those before the block, by address and key."""

    def state_root(self) -> int:
        """Ethereum's root of the state."""


Load: TypeAlias = Callable[[ChainState, Rules], World]


def run_on(
    load: Load,
    block: Block,
    state: ChainState,
    policy: Policy,
    options: RunOptions,
    *,
    told: Told | None = None,
    excess_blob_gas: int = 0,
) -> Outcome:
    """Run a block on a state, which stays as it is; raises CaseError.

    What Ethereum cannot be asked is a crash whose reason begins with `unsupported`.
    """
    check_case(block)
    started = time.perf_counter()
    try:
        _check(block, options)
        rules = Rules(
            policy,
            context_of(block, state),
            excess_blob_gas,
            told,
            hooks=_hooks(options),
        )
        world = load(state, rules)
        sent = envelopes(block, options.protocol)
        receipts = tuple(_receipts(world, rules, sent))
    except (TransactionError, Unanswerable) as error:
        return Outcome(Result.CRASH, f"{UNSUPPORTED}{error}")
    return Outcome(
        Result.SUCCESS,
        transactions=receipts,
        seconds=time.perf_counter() - started,
        detail=Detail(
            accounts=world.changed_accounts(),
            storage=world.changed_slots(),
            declared=policy.declared(),
        ),
    )


def _hooks(options: RunOptions) -> frozenset[int]:
    if options.word() & int(OPTION_DISABLE_SYSTEM_CONTRACTS):
        return frozenset()
    return hooks_of(options.protocol)


def run_alone(
    load: Load, block: Block, state: ChainState, options: RunOptions
) -> Outcome:
    """Run a block under the rules of a variant of the OS, without a run of ours.

    Raises CaseError. Where native resource is limited Ethereum has no answer alone.
    """
    if not options.word() & int(OPTION_UNLIMITED_NATIVE):
        reason = "native resource is limited, and Ethereum has none"
        return Outcome(Result.CRASH, f"{UNSUPPORTED}{reason}")
    return run_on(load, block, state, Policy.of(options), options)


def run_ethereum(
    load: Load,
    block: Block,
    state: ChainState,
    excess_blob_gas: int = 0,
    fork: str = FORK,
) -> tuple[Outcome, int]:
    """Run the block as Ethereum would, and the state root it would have after.

    Raises CaseError, and TransactionError for what Ethereum does not have.
    """
    rules = Rules(Policy.ethereum(fork), context_of(block, state), excess_blob_gas)
    world = load(state, rules)
    try:
        receipts = tuple(_receipts(world, rules, envelopes(block)))
    except Unanswerable as error:
        raise CaseError("case", "accounts", str(error)) from error
    return Outcome(Result.SUCCESS, transactions=receipts), world.state_root()


def context_of(block: Block, state: ChainState) -> BlockContext:
    """The context of a block with the hashes of the blocks before."""
    context = block.context
    if context.block_hashes is not None:
        return context
    return replace(context, block_hashes=state.block_hashes)


def _check(block: Block, options: RunOptions) -> None:
    """Raises Unanswerable."""
    if block.edits:
        raise Unanswerable("a host that lies")
    if options.simulate:
        raise Unanswerable("a simulation")
    if block.context.gas_limit > MAX_BLOCK_GAS_LIMIT:
        raise Unanswerable(f"{BLOCK_GAS_LIMIT.name}: the guest refuses the block")


def _receipts(
    world: World, rules: Rules, transactions: Sequence[Envelope]
) -> Iterator[TransactionOutcome]:
    for index, (data, claimed) in enumerate(transactions):
        rules.policy.transaction = index
        saved = world.save()
        try:
            receipt = _receipt(world, rules, index, data, claimed)
        except Refused:
            receipt = INVALID
        if not rules.takes(receipt.gas_used or 0):
            world.restore(saved)
            receipt = INVALID
        yield receipt


def _receipt(
    world: World, rules: Rules, index: int, data: bytes, claimed: int
) -> TransactionOutcome:
    transaction = world.decode(readable(data, rules.policy))
    gas_limit = world.gas_limit(transaction)
    fate = rules.fate_of(index, world.gas_price(transaction), gas_limit)
    if fate is None:
        raise Refused("dropped for what Ethereum does not have")
    if not rules.admits(gas_limit):
        raise Refused("no gas left in the block")
    receipt = world.apply(transaction, claimed, fate)
    return replace(
        receipt,
        hash=int.from_bytes(keccak256(data), "big"),
        type_byte=data[0] if data[0] < FIRST_LIST else 0,
        sender=claimed,
    )
