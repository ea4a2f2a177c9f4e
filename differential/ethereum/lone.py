"""One transaction without a block around it, as Ethereum's state tests have them.

The Ethereum instance's own processing of transactions, with the state root after it:
no system calls, no requests, no header to match.
"""

from dataclasses import dataclass
from typing import Final

from differential.ethereum.blocks import State
from differential.ethereum.running import conclude
from differential.ethereum.states import full_state
from differential.importers.ethereum_state_tests import Environment
from differential.outcome import Outcome
from differential.runners import cpython, native
from zkos.compiler.variant import TRACE, Variant
from zkos.host.channel import QueryChannel
from zkos.host.ethereum.block import EthereumBlock, Witness
from zkos.host.ethereum.oracle import WitnessOracle
from zkos.host.profile import RunOptions
from zkos.host.rlp import Encodable, encode
from zkos.host.trace import Step, decode_trace, entry_gas_left
from zkos.versions import Fork, Instance

NATIVE: Final = "native"
CPYTHON: Final = "cpython"
ENGINES: Final = (NATIVE, CPYTHON)
"""Those of ours that run transactions by themselves."""
LONE: Final = Variant(
    bindings=(
        (
            "zkos.guest.blocks.ethereum.history",
            "zkos.guest.blocks.ethereum.conventional_ancestors",
        ),
        (
            "zkos.guest.blocks.ethereum.processor",
            "zkos.guest.blocks.ethereum.lone_transaction",
        ),
    )
)
"""The build that runs a transaction and tells the root, whatever it is."""
LONE_TRACED: Final = TRACE.over(LONE)
"""The same, telling the steps."""


@dataclass(frozen=True)
class LoneTransaction:
    """A signed transaction with what it runs on."""

    fork: Fork
    environment: Environment
    before: State
    data: bytes


@dataclass(frozen=True)
class LoneRun:
    """What became of it."""

    outcome: Outcome
    state_root: bytes | None
    """None if the run did not come to an end."""
    steps: list[Step] | None = None
    """If they were asked for."""
    gas_left: int | None = None
    """To the entry frame as it ended, if it had code and steps were asked for."""


def run_lone(
    transaction: LoneTransaction,
    *,
    traced: bool = False,
    memory: bool = False,
    return_data: bool = False,
    engine: str = NATIVE,
) -> LoneRun:
    """Run a transaction. A refused one leaves the state as it is.

    `memory` and `return_data` say what steps show besides the stack.
    """
    options = RunOptions(
        instance=Instance.ETHEREUM,
        fork=transaction.fork,
        trace_memory=memory,
        trace_return_data=return_data,
    )
    build = options.build(LONE_TRACED if traced else LONE)
    channel = QueryChannel(_oracle(transaction))
    if engine == NATIVE:
        library = native.library(build)
        ending = native.run_library(library, channel, options, main=build.main)
    else:
        ending = cpython.run_build(build, channel, options)
    outcome = conclude(channel, ending, options)
    root = None
    if outcome.succeeded and outcome.state_root is not None:
        root = outcome.state_root.to_bytes(32, "big")
    if not traced:
        return LoneRun(outcome, root)
    messages = channel.messages
    return LoneRun(outcome, root, decode_trace(messages), entry_gas_left(messages))


def _oracle(transaction: LoneTransaction) -> WitnessOracle:
    """The answers: the header of the terms, and all of the state before."""
    full = full_state(transaction.before)
    terms = transaction.environment
    nothing = bytes(32)
    header: list[Encodable] = [
        nothing,
        nothing,
        terms.coinbase.to_bytes(20, "big"),
        full.root,
        nothing,
        nothing,
        bytes(256),
        0,
        terms.number,
        terms.gas_limit,
        0,
        terms.timestamp,
        b"",
        terms.mix_hash.to_bytes(32, "big"),
        bytes(8),
        terms.base_fee,
        nothing,
        0,
        terms.excess_blob_gas,
        nothing,
        nothing,
    ]
    # The parent's header serves to find the state: its root is the same.
    encoding = encode(header)
    witness = Witness(full.nodes, full.codes, (encoding,))
    block = EthereumBlock(
        transaction.fork, encoding, (transaction.data,), b"\xc0", witness
    )
    return WitnessOracle(block)
