"""What all runners of our OS share: the host side of a block, before and after.

A runner prepares a block, lets its engine talk to the channel, and concludes with
how the engine ended. `run_chain` does blocks in a row, each on the state the last
one left.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from differential.from_report import batch_of, detail_of, transactions_of
from differential.outcome import Detail, Outcome, Result
from zkos.host.case import AccountState, Block, Case, LeafState
from zkos.host.case_errors import CaseError
from zkos.host.channel import QueryChannel, Responder
from zkos.host.delivery import Delivery, deliver
from zkos.host.edits import edited
from zkos.host.oracle import BatchOracle, HonestOracle
from zkos.host.profile import RunOptions
from zkos.host.pubdata import timestamp_of
from zkos.host.report import Report, decode_reports
from zkos.host.state import ChainState, Slot
from zkos.host.state import SlotDiff as StateDiff
from zkos.host.transactions import TransactionError
from zkos.host.words import ReportError

Runner: TypeAlias = Callable[[Block, ChainState, RunOptions], Outcome]
BatchRunner: TypeAlias = Callable[
    [Sequence[Block], Sequence[ChainState], RunOptions], Outcome
]
DEFAULT_OPTIONS = RunOptions()


@dataclass(frozen=True, slots=True)
class Ending:
    """How an engine's run ended, in the engine's own knowledge."""

    result: Result
    reason: str = ""
    public_input: bytes | None = None
    words_read: int | None = None
    cycles: int | None = None
    delegations: dict[str, int] | None = None
    seconds: float | None = None
    heap_bytes: int | None = None
    """High-water mark of the guest's arena; nothing in it is freed during a run."""


def deliver_block(block: Block) -> list[Delivery]:
    """The transactions as the guest reads them.

    Raises CaseError naming the transaction and field that cannot be encoded.
    """
    delivered = []
    for index, transaction in enumerate(block.transactions):
        try:
            delivered.append(deliver(transaction, block.context.chain_id))
        except TransactionError as error:
            place = f"txs[{index}].{error.field}"
            raise CaseError("case", place, error.reason) from error
    return delivered


def state_of_case(case: Case) -> ChainState:
    """The state before the first block."""
    state = ChainState()
    # The code of accounts deployed with empty code has a hash and is asked for.
    state.preimages.add(b"")
    for place in case.tree:
        if isinstance(place, LeafState):
            state.set_leaf(place.key, place.value)
        else:
            state.set_slot(place.address, place.slot, place.value)
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
        old_code=account.code_version == 0,
        delegate=account.delegate,
        force=force,
    )
    for slot, value in account.storage:
        state.set_slot(account.address, slot, value)


def options_of(case: Case, index: int, options: RunOptions) -> RunOptions:
    """The options of a run with what a case says of one of its blocks."""
    return replace(
        options,
        protocol=case.protocol_at(index) or options.protocol,
        unlimited_native=options.unlimited_native or case.unlimited_native,
    )


def settle(
    block: Block, state: ChainState, options: RunOptions = DEFAULT_OPTIONS
) -> Block:
    """The block with everything said that the state and the options decide."""
    context = block.context
    hashes, before = context.block_hashes, context.last_block_timestamp
    context = replace(
        context,
        block_hashes=state.block_hashes if hashes is None else hashes,
        last_block_timestamp=state.timestamp if before is None else before,
        da=context.da if options.da is None else options.da,
    )
    return replace(block, context=context)


def prepare(
    block: Block, state: ChainState, options: RunOptions = DEFAULT_OPTIONS
) -> QueryChannel:
    """The host's end of a run, honest but for the case's edits; raises CaseError."""
    return QueryChannel(oracle_of(block, state, options))


def prepare_batch(
    blocks: Sequence[Block], states: Sequence[ChainState], options: RunOptions
) -> QueryChannel:
    """The host's end of a run of blocks, each with the state it runs on.

    Raises CaseError.
    """
    pairs = zip(blocks, states, strict=True)
    oracles = [oracle_of(block, state, options) for block, state in pairs]
    return QueryChannel(BatchOracle(oracles))


def oracle_of(
    block: Block, state: ChainState, options: RunOptions = DEFAULT_OPTIONS
) -> Responder:
    """The answers to give, to be wrapped by a recorder or a liar."""
    settled = settle(block, state, options)
    honest = HonestOracle(
        state, settled.context, deliver_block(block), options.protocol
    )
    return edited(honest, block.edits)


def conclude(
    channel: QueryChannel, ending: Ending, state: ChainState, options: RunOptions
) -> Outcome:
    """The outcome of a run of a block that ended this way on `state`."""
    outcome = _conclude(channel, ending, options, blocks=1)
    detail = replace(
        outcome.detail,
        root_before=int.from_bytes(state.tree.root(), "big"),
        next_free_slot_before=state.tree.next_free_slot,
    )
    return replace(outcome, detail=detail)


def conclude_batch(
    channel: QueryChannel, ending: Ending, options: RunOptions, blocks: int
) -> Outcome:
    """The outcome of a run of so many blocks: what the batch commits to."""
    outcome = _conclude(channel, ending, options, blocks=blocks)
    known = outcome.detail
    return replace(
        outcome,
        state_root=None,
        next_free_slot=None,
        block_hash=None,
        transactions=None,
        pubdata=None,
        detail=Detail(
            queries=known.queries,
            words_read=known.words_read,
            words_written=known.words_written,
            words_aside=known.words_aside,
            text=known.text,
        ),
    )


def _conclude(
    channel: QueryChannel, ending: Ending, options: RunOptions, *, blocks: int
) -> Outcome:
    try:
        reports = decode_reports(channel.messages)
        if len(reports) > blocks:
            raise ReportError(f"{len(reports)} blocks are reported, there are {blocks}")
    except ReportError as error:
        reports = [Report()]
        ending = replace(ending, result=Result.CRASH, reason=f"report: {error}")
    if channel.fault is not None:
        ending = replace(ending, result=Result.CRASH, reason=f"oracle: {channel.fault}")
    outcome = _outcome(channel, ending, reports[-1] if options.report else None)
    text = tuple(line for report in reports for line in report.text)
    return replace(outcome, detail=replace(outcome.detail, text=text))


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
        block_hash=None if block is None else block.hash,
        cycles=ending.cycles,
        delegations=ending.delegations,
        oracle_words=words,
        transactions=None if report is None else transactions_of(report),
        pubdata=None if report is None else report.pubdata,
        seconds=ending.seconds,
        heap_bytes=ending.heap_bytes,
        batch=None if report is None else batch_of(report),
        detail=replace(
            Detail() if report is None else detail_of(report),
            queries=channel.queries_by_name(),
            words_read=ending.words_read,
            words_written=channel.words_written,
            words_aside=channel.words_aside,
        ),
    )


def state_after(state: ChainState, outcome: Outcome) -> ChainState:
    """The state a successful block leaves; `state` itself stays.

    ValueError for an outcome without the diffs a report brings.
    """
    detail = outcome.detail
    diffs, block_hash, pubdata = detail.diffs, outcome.block_hash, outcome.pubdata
    preimages = detail.new_preimages
    if diffs is None or preimages is None or block_hash is None or pubdata is None:
        raise ValueError("the outcome says nothing about the state after it")
    after = state.fork()
    after.apply(
        (StateDiff(Slot(diff.address, diff.key), diff.current) for diff in diffs),
        preimages,
        block_hash,
        timestamp_of(pubdata),
    )
    return after


def run_chain(run: Runner, case: Case, options: RunOptions) -> Iterator[Outcome]:
    """The blocks of a case in order; ends after the first without success.

    A root that differs once the block is written to the state is a crash.
    """
    state = state_of_case(case)
    last = len(case.blocks) - 1
    for index, block in enumerate(case.blocks):
        asked = options_of(case, index, options)
        outcome = run(settle(block, state, asked), state, asked)
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


def run_batch(
    run: BatchRunner, case: Case, outcomes: Sequence[Outcome], options: RunOptions
) -> Outcome:
    """All blocks of a case as one batch.

    `outcomes` are those of its blocks one by one, which make the states between them.
    """
    states = [state_of_case(case)]
    for outcome in outcomes[: len(case.blocks) - 1]:
        states.append(state_after(states[-1], outcome))
    options = options_of(case, 0, options)
    pairs = zip(case.blocks, states, strict=True)
    settled = [settle(block, state, options) for block, state in pairs]
    return run(settled, states, options)
