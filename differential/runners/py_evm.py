"""py-evm as an engine: Ethereum with the declared differences of `known`.

It knows receipts and what became of accounts and slots; nothing that only ZKsync OS
has. Native resource is not modelled: transactions that ran out of it are named by the
caller (see `differential.evm_compare`).
"""

import time
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from eth.exceptions import PyEVMError, VMError
from eth_keys.exceptions import BadSignature
from eth_utils import ValidationError

from differential.known import LATE_REFUSAL, NO_GAS_POOL, OUT_OF_NATIVE, Policy
from differential.outcome import (
    Detail,
    Log,
    Outcome,
    Result,
    TransactionOutcome,
    TransactionStatus,
)
from differential.reference.executor import (
    Dropped,
    ReferenceExecutor,
    Refused,
    gas_used,
)
from differential.reference.state import ReferenceState, TooMuchEther, load_state
from differential.reference.transactions import (
    declared_sender,
    decode_envelope,
    envelope,
)
from zkos.guest.protocol.addresses import (
    BASE_TOKEN,
    CONTRACT_DEPLOYER,
    L1_MESSENGER,
)
from zkos.host.case import Block
from zkos.host.case_errors import CaseError
from zkos.host.profile import Profile, RunOptions
from zkos.host.state import ChainState
from zkos.host.transactions import TransactionError

REFUSALS = (Refused, ValidationError, PyEVMError, BadSignature)
HOOKS = tuple(
    int(address).to_bytes(20, "big")
    for address in (CONTRACT_DEPLOYER, L1_MESSENGER, BASE_TOKEN)
)
INVALID = TransactionOutcome(TransactionStatus.INVALID, reason=None)


class UnsupportedCall(Exception):
    """Code called what only ZKsync OS has."""


def run_block(block: Block, state: ChainState, options: RunOptions) -> Outcome:
    """Run a block on a state, which stays as it is; raises CaseError.

    What Ethereum cannot be asked (other transaction types, system hooks, a limit on
    native resource) is a crash whose reason begins with `unsupported`.
    """
    return run_with(block, state, Policy.of(options), options)


def run_with(
    block: Block,
    state: ChainState,
    policy: Policy,
    options: RunOptions,
    *,
    out_of_native: Collection[int] = (),
    excess_blob_gas: int = 0,
) -> Outcome:
    """The same under any policy; `out_of_native` are transactions that ran out."""
    if options.profile is Profile.APP:
        return _unsupported("native resource is limited in profile app")
    if block.edits:
        return _unsupported("a host that lies")
    started = time.perf_counter()
    try:
        reference = load_state(state, block.context, policy, excess_blob_gas)
        transactions = envelopes(block, policy)
        if options.profile is Profile.SERVER:
            reference.precompile_table.update(dict.fromkeys(HOOKS, _refuse_hook))
        receipts = tuple(_receipts(reference, transactions, out_of_native))
    except (TransactionError, UnsupportedCall, TooMuchEther) as error:
        return _unsupported(str(error))
    return Outcome(
        Result.SUCCESS,
        transactions=receipts,
        seconds=time.perf_counter() - started,
        detail=Detail(
            accounts=reference.changed_accounts(state),
            storage=reference.changed_slots(),
            declared=policy.declared(),
        ),
    )


def run_ethereum(
    block: Block, state: ChainState, excess_blob_gas: int = 0
) -> tuple[Outcome, int]:
    """Run the block as Ethereum would, and the state root it would have after.

    Raises CaseError, and TransactionError for what Ethereum does not have.
    """
    policy = Policy.ethereum()
    reference = load_state(state, block.context, policy, excess_blob_gas)
    try:
        receipts = tuple(_receipts(reference, envelopes(block, policy), ()))
    except TooMuchEther as error:
        raise CaseError("case", "accounts", str(error)) from error
    outcome = Outcome(Result.SUCCESS, transactions=receipts)
    return outcome, int.from_bytes(reference.make_state_root(), "big")


def envelopes(block: Block, policy: Policy) -> list[tuple[Any, int | None]]:
    """The transactions as py-evm holds them, each with the sender it claims.

    Raises CaseError, and TransactionError for what Ethereum does not have.
    """
    decoded = []
    for index, transaction in enumerate(block.transactions):
        policy.transaction = index
        data = envelope(transaction, block.context.chain_id)
        claimed = declared_sender(transaction)
        decoded.append((decode_envelope(data, f"txs[{index}]", policy), claimed))
    return decoded


def _receipts(
    reference: ReferenceState,
    transactions: Iterable[tuple[Any, int | None]],
    out_of_native: Collection[int],
) -> Iterator[TransactionOutcome]:
    pool = reference.gas_limit
    for index, (transaction, claimed) in enumerate(transactions):
        reference.policy.transaction = index
        beyond = pool < transaction.gas <= reference.gas_limit
        executor = ReferenceExecutor(reference)
        if beyond and not reference.policy.fire(NO_GAS_POOL):
            yield INVALID
            continue
        if index in out_of_native:
            executor.takes_all = reference.policy.fire(OUT_OF_NATIVE)
        receipt = _apply(reference, executor, transaction, claimed)
        if receipt is INVALID:
            executor.refuse()
        executor.sweep()
        pool -= receipt.gas_used or 0
        yield receipt


def _apply(
    reference: ReferenceState,
    executor: ReferenceExecutor,
    transaction: Any,
    claimed: int | None,
) -> TransactionOutcome:
    """Run a transaction; a refused one leaves nothing behind."""
    snapshot = reference.snapshot()
    try:
        if claimed not in (None, int.from_bytes(transaction.sender, "big")):
            raise Refused("signed by another sender")
        computation = executor(transaction)
    except Dropped:
        reference.commit(snapshot)
        reference.lock_changes()
        return INVALID
    except REFUSALS as error:
        # Errors of execution escape from py-evm when it is too late to refuse.
        late = isinstance(error, VMError)
        if not late or reference.policy.fire(LATE_REFUSAL):
            reference.revert(snapshot)
        reference.clear_transient_storage()
        reference.lock_changes()
        return INVALID
    reference.commit(snapshot)
    reference.lock_changes()
    return _receipt(transaction, computation)


def _receipt(transaction: Any, computation: Any) -> TransactionOutcome:
    success = not computation.is_error
    # The code a creation returned is in the account diffs, not in its receipt.
    created = success and computation.msg.is_create
    return TransactionOutcome(
        TransactionStatus.SUCCESS if success else TransactionStatus.REVERTED,
        reason=None,
        gas_used=gas_used(transaction, computation),
        return_data=b"" if created else bytes(computation.output),
        logs=tuple(
            Log(int.from_bytes(address, "big"), tuple(topics), bytes(data))
            for address, topics, data in computation.get_log_entries()
        ),
    )


def _refuse_hook(computation: Any) -> Any:
    raise UnsupportedCall(f"system hook 0x{computation.msg.code_address.hex()}")


def _unsupported(reason: str) -> Outcome:
    return Outcome(Result.CRASH, f"unsupported: {reason}")
