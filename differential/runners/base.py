"""What all runners of our OS share: the host side of a block, before and after.

A runner prepares a block, lets its engine talk to the channel, and concludes with
how the engine ended. `run_chain` does blocks in a row, each on the state the last
one left.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from differential.from_report import detail_of, transactions_of
from differential.outcome import Detail, Outcome, Result
from zkos.host.case import AccountState, Block, Case
from zkos.host.case_errors import CaseError
from zkos.host.channel import QueryChannel, Responder
from zkos.host.edits import edited
from zkos.host.oracle import HonestOracle
from zkos.host.profile import RunOptions
from zkos.host.raw_transaction import encode
from zkos.host.report import Report, ReportError, decode_report
from zkos.host.state import ChainState, Slot
from zkos.host.state import SlotDiff as StateDiff
from zkos.host.transactions import TransactionError

Runner: TypeAlias = Callable[[Block, ChainState, RunOptions], Outcome]


@dataclass(frozen=True, slots=True)
class Ending:
    """How an engine's run ended, in the engine's own knowledge."""

    result: Result
    reason: str = ""
    public_input: bytes | None = None
    words_read: int | None = None
    cycles: int | None = None
    blake2s: int | None = None
    u256: int | None = None
    seconds: float | None = None
    heap_bytes: int | None = None
    """High-water mark of the guest's arena; nothing in it is freed during a run."""


def encode_block(block: Block) -> list[bytes]:
    """The transactions as the bootloader reads them.

    Raises CaseError naming the transaction and field that cannot be encoded.
    """
    encoded = []
    for index, transaction in enumerate(block.transactions):
        try:
            encoded.append(encode(transaction, block.context.chain_id))
        except TransactionError as error:
            place = f"txs[{index}].{error.field}"
            raise CaseError("case", place, error.reason) from error
    return encoded


def state_of_case(case: Case) -> ChainState:
    """The state before the first block."""
    state = ChainState()
    # The code of accounts deployed with empty code has a hash and is asked for.
    state.preimages.add(b"")
    for entry in case.accounts:
        _set_account(state, entry, force=entry.force)
    for item in case.sequence:
        if isinstance(item, AccountState):
            _set_account(state, item, force=True)
        else:
            state.set_slot(item.address, item.slot, item.value)
    for leaf in case.leaves:
        state.set_slot(leaf.address, leaf.slot, leaf.value)
    for preimage in case.preimages:
        state.preimages.add(preimage)
    return state


def _set_account(state: ChainState, account: AccountState, *, force: bool) -> None:
    state.set_account(
        account.address,
        balance=account.balance,
        nonce=account.nonce,
        code=account.code,
        deployed_empty=account.deployed_empty,
        force=force,
    )
    for slot, value in account.storage:
        state.set_slot(account.address, slot, value)


def prepare(block: Block, state: ChainState) -> QueryChannel:
    """The host's end of a run, honest but for the case's edits; raises CaseError."""
    return QueryChannel(oracle_of(block, state))


def oracle_of(block: Block, state: ChainState) -> Responder:
    """The answers to give, to be wrapped by a recorder or a liar."""
    honest = HonestOracle(state, block.context, encode_block(block))
    return edited(honest, block.edits)


def conclude(
    channel: QueryChannel, ending: Ending, state: ChainState, options: RunOptions
) -> Outcome:
    """The outcome of a run that ended this way on `state`."""
    try:
        report = decode_report(channel.messages)
    except ReportError as error:
        report = Report()
        ending = replace(ending, result=Result.CRASH, reason=f"report: {error}")
    if channel.fault is not None:
        ending = replace(ending, result=Result.CRASH, reason=f"oracle: {channel.fault}")
    outcome = _outcome(channel, ending, report if options.report else None)
    detail = replace(
        outcome.detail,
        root_before=int.from_bytes(state.tree.root(), "big"),
        next_free_slot_before=state.tree.next_free_slot,
    )
    return replace(outcome, detail=detail)


def _outcome(channel: QueryChannel, ending: Ending, report: Report | None) -> Outcome:
    words = None
    if ending.words_read is not None:
        words = ending.words_read + channel.words_written
    block = None if report is None else report.block
    succeeded = ending.result is Result.SUCCESS
    return Outcome(
        result=ending.result,
        reason=ending.reason,
        public_input=ending.public_input if succeeded else None,
        state_root=None if block is None else block.root_after,
        next_free_slot=None if block is None else block.next_free_slot_after,
        cycles=ending.cycles,
        blake2s=ending.blake2s,
        u256=ending.u256,
        oracle_words=words,
        transactions=None if report is None else transactions_of(report),
        pubdata=None if report is None else report.pubdata,
        seconds=ending.seconds,
        heap_bytes=ending.heap_bytes,
        detail=replace(
            Detail() if report is None else detail_of(report),
            queries=channel.queries_by_name(),
            words_read=ending.words_read,
            words_written=channel.words_written,
        ),
    )


def state_after(state: ChainState, outcome: Outcome) -> ChainState:
    """The state a successful block leaves; `state` itself stays.

    ValueError for an outcome without the diffs a report brings.
    """
    detail = outcome.detail
    if detail.diffs is None or detail.preimages is None or detail.block_hash is None:
        raise ValueError("the outcome says nothing about the state after it")
    after = state.fork()
    after.apply(
        (
            StateDiff(Slot(diff.address, diff.key), diff.current)
            for diff in detail.diffs
        ),
        detail.preimages,
        detail.block_hash,
    )
    return after


def run_chain(run: Runner, case: Case, options: RunOptions) -> Iterator[Outcome]:
    """The blocks of a case in order; ends after the first without success.

    A root that differs once the block is written to the state is a crash.
    """
    state = state_of_case(case)
    last = len(case.blocks) - 1
    for index, block in enumerate(case.blocks):
        outcome = run(block, state, options)
        if not outcome.succeeded or index == last:
            yield outcome
            return
        state = state_after(state, outcome)
        root = int.from_bytes(state.tree.root(), "big")
        if root != outcome.state_root:
            reason = f"the reported diffs give the root {root:#066x}"
            yield replace(outcome, result=Result.CRASH, reason=reason)
            return
        yield outcome
