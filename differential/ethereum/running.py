"""Our OS on a block of Ethereum, by any of our engines."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from differential.from_report import detail_of, transactions_of
from differential.outcome import Outcome, Result
from differential.runners import cpython, native, riscv
from differential.runners.base import Ending
from zkos.host.channel import OracleError, QueryChannel, Responder
from zkos.host.ethereum.block import EthereumBlock
from zkos.host.ethereum.oracle import WitnessOracle
from zkos.host.profile import RunOptions
from zkos.host.report import Report, decode_report
from zkos.host.words import ReportError
from zkos.versions import Fork, Instance

RunGuest = Callable[[QueryChannel, RunOptions], Ending]
GUESTS: Final[Mapping[str, RunGuest]] = MappingProxyType({
    "native": native.run_guest,
    "riscv": riscv.run_guest,
    "cpython": cpython.run_guest,
})  # fmt: skip
"""Our engines by name."""


def run_block(
    engine: str, block: EthereumBlock, options: RunOptions | None = None
) -> Outcome:
    """A block with its witness on one of our engines."""
    try:
        oracle = WitnessOracle(block)
    except OracleError as error:
        return Outcome(Result.CRASH, f"oracle: {error}")
    return run_served(engine, oracle, block.fork, options)


def run_served(
    engine: str,
    oracle: Responder,
    fork: Fork,
    options: RunOptions | None = None,
) -> Outcome:
    """What any oracle serves, honest or not, by the rules of a fork."""
    options = replace(options or RunOptions(), instance=Instance.ETHEREUM, fork=fork)
    channel = QueryChannel(oracle)
    return conclude(channel, GUESTS[engine](channel, options), options)


def conclude(channel: QueryChannel, ending: Ending, options: RunOptions) -> Outcome:
    """The outcome of a run that ended this way; the output is the hash of the block."""
    try:
        report = decode_report(channel.messages)
    except ReportError as error:
        report = Report()
        ending = replace(ending, result=Result.CRASH, reason=f"report: {error}")
    if channel.fault is not None:
        ending = replace(ending, result=Result.CRASH, reason=f"oracle: {channel.fault}")
    told = report if options.report else None
    output = ending.public_input if ending.result is Result.SUCCESS else None
    words = None
    if ending.words_read is not None:
        words = ending.words_read + channel.words_written
    block = None if told is None else told.block
    detail = replace(
        detail_of(Report() if told is None else told),
        queries=channel.queries_by_name(),
        words_read=ending.words_read,
        words_written=channel.words_written,
    )
    if told is None:
        detail = replace(detail, diffs=None, accounts=None, storage=None)
    return Outcome(
        result=ending.result,
        reason=ending.reason,
        state_root=None if block is None else block.root_after,
        block_hash=None if output is None else int.from_bytes(output, "big"),
        cycles=ending.cycles,
        delegations=ending.delegations,
        oracle_words=words,
        transactions=None if told is None else transactions_of(told),
        seconds=ending.seconds,
        heap_bytes=ending.heap_bytes,
        detail=detail,
    )
