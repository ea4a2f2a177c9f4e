"""An independent judge of blocks and batches: commitments from their parts.

Header, state after, root of the logs, commitment to the pubdata and public input are
computed once more from what the host gave and what the guest published, by plain
Python that shares nothing with the guest (`zkos.host.commitments`). Only which
transactions stay and what gas they used is the guest's word: engines must agree on it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from fuzz.coverage.target import Problem
from fuzz.targets.block_features import Receipts
from fuzz.targets.block_runs import Run, report_words
from fuzz.targets.outside_judge import (
    events_of,
    knows_chains,
    outside_of,
)
from fuzz.targets.receipt_judge import has_trees, roots
from zkos.guest.protocol.report import (
    KIND_ACCOUNT_DIFF,
    KIND_BATCH,
    KIND_PREIMAGE,
    KIND_PUBDATA,
)
from zkos.host.accounts import Account, stored_code
from zkos.host.commitments import (
    MIX_HASH,
    SealedBlock,
    block_hash,
    seal,
)
from zkos.host.context import BlockContext, DataAvailability
from zkos.host.delivery import Delivery
from zkos.host.judge import seal_block
from zkos.host.kzg import BLOB_DATA_BYTES, MOST_BLOBS, split
from zkos.host.pubdata import PubdataError, timestamp_of
from zkos.host.receipts import configuration_hash
from zkos.host.report import Status
from zkos.host.state import ChainState
from zkos.host.transactions import Kind
from zkos.host.tree import hash_bytes
from zkos.host.words import Words
from zkos.versions import DEFAULT, Protocol

JUDGE: Final = "judge"
MOST_LOGS: Final = 1 << 14
"""Leaves of the tree of logs."""
_BATCH_HASHES: Final = (
    *("state_before", "state_after", "output", "logs_root", "data_availability"),
    "public_input",
)
"""As a guest reports them of a run."""


class Misjudged(Exception):
    """The judge finds something else than the guest said."""

    def __init__(self, layer: str, where: str, values: tuple[Any, ...] = ()) -> None:
        super().__init__(layer, where)
        self.layer = layer
        self.where = where
        self.values = values

    def problem(self, engine: str) -> Problem:
        """The same as a finding."""
        engines = (engine, JUDGE)
        return Problem("diverge", engines, self.layer, self.where, "", self.values)


@dataclass(frozen=True, slots=True)
class Judged:
    """A block that was found right, and the state after."""

    sealed: SealedBlock
    after: ChainState


def judge_block(
    context: BlockContext,
    state: ChainState,
    served: Sequence[Delivery],
    run: Run,
    *,
    decreed: Collection[bytes] = (),
    mix_hash: int = MIX_HASH,
    protocol: Protocol = DEFAULT,
    hears: bool = True,
) -> Judged:
    """What a successful run of a block on `state` came to. Raises Misjudged.

    The context says everything that the state would decide, `mix_hash` is that of the
    header. `hears`: events of system contracts mean something. `decreed` is code that
    governance may have put somewhere: its keccak-256 is what governance said.
    """
    pubdata = report_words(run.channel, int(KIND_PUBDATA))[0].data()
    slots = run.transcript.slots()
    try:
        sealed, after = seal_block(context, state, served, pubdata, slots)
    except PubdataError as error:
        raise Misjudged("pubdata", str(error)) from error
    given, receipts = context.block_hashes, Receipts.of(run.channel.messages)
    hashes = state.block_hashes if given is None else given
    rows = zip(served, receipts.rows, strict=True)
    staying = [(item, row) for item, row in rows if row[1] != Status.INVALID]
    stay = [(item, row[0]) for item, row in staying]
    transactions, results = roots(
        protocol,
        (item.hash for item, _ in stay),
        [(row[0], row[1] == Status.SUCCESS, row[3]) for _, row in staying],
        events_of(run.channel),
    )
    header = block_hash(
        context,
        _parent(context, hashes),
        transactions,
        sum(row[3] for row in receipts.rows),
        mix_hash,
        results,
    )
    published = sealed.after.block_hashes[0].to_bytes(32, "big")
    if header != published:
        values = (published.hex(), header.hex())
        raise Misjudged("block_hash", "in the pubdata", values)
    if timestamp_of(pubdata) != context.timestamp:
        raise Misjudged("pubdata", "timestamp")
    for words in report_words(run.channel, int(KIND_PREIMAGE)):
        _, _, data = words.u32(), words.u256(), words.data()
        after.preimages.add(data)
    if knows_chains(protocol):
        upgrades = (item.hash for item, kind in stay if kind == Kind.UPGRADE.value)
        sealed = replace(
            sealed,
            upgrade_hash=next(upgrades, bytes(32)),
            outside=outside_of(
                len(stay), events_of(run.channel) if hears else (), after
            ),
        )
    if has_trees(protocol):
        sealed = replace(sealed, configuration=configuration_hash(context))
    return Judged(_with_said_hashes(sealed, after, run, decreed), after)


def _with_said_hashes(
    sealed: SealedBlock, after: ChainState, run: Run, decreed: Collection[bytes]
) -> SealedBlock:
    """The block with the keccak-256 of code that governance said, right or not.

    It is nowhere in the pubdata, and nobody checks it (system spec 3.4). Deployments of
    no code need none to be decreed. Raises Misjudged where the state after knows no
    properties for a hash.
    """
    forced = {hash_bytes(stored_code(code)) for code in (*decreed, b"")}
    changed = False
    for words in report_words(run.channel, int(KIND_ACCOUNT_DIFF)):
        address = words.address()
        _properties(words)
        told = _properties(words)
        try:
            mine = after.account(address)
        except KeyError as error:
            raise Misjudged("accounts", str(error.args[0])) from error
        said = mine._replace(observable_hash=told.observable_hash)
        if mine != told == said and mine.bytecode_hash in forced:
            after.put_account(address, told)
            changed = True
    if not changed:
        return sealed
    root = after.tree.root()
    return replace(sealed, after=replace(sealed.after, root=root))


def _properties(words: Words) -> Account:
    """An account as a guest reports it."""
    return Account(
        words.u64(),
        words.u64(),
        words.u256(),
        words.u256().to_bytes(32, "big"),
        words.u32(),
        words.u32(),
        words.u256().to_bytes(32, "big"),
        words.u32(),
    )


def _parent(context: BlockContext, hashes: Sequence[int]) -> bytes:
    if not context.block_number or not hashes:
        return bytes(32)
    return hashes[0].to_bytes(32, "big")


def judge_run(blocks: Sequence[SealedBlock], run: Run) -> None:
    """Check what a successful run of these blocks commits to. Raises Misjudged."""
    made = seal(blocks, blocks[0].context.da)
    expected = {name: getattr(made, name) for name in _BATCH_HASHES}
    reported = report_words(run.channel, int(KIND_BATCH))
    for words in reported:
        for name, value in expected.items():
            told = words.u256().to_bytes(32, "big")
            if told != value:
                raise Misjudged("batch", name, (told.hex(), value.hex()))
        if words.u32() != len(blocks):
            raise Misjudged("batch", "number of blocks")
        blobs = [words.u256().to_bytes(32, "big") for _ in range(words.u32())]
        if tuple(blobs) != made.versioned_hashes:
            raise Misjudged("batch", "versioned hashes")
    if run.ending.public_input != made.public_input:
        told = run.ending.public_input or b""
        values = (told.hex(), made.public_input.hex())
        raise Misjudged("public_input", "", values)


def must_end(blocks: Sequence[SealedBlock]) -> bool:
    """Whether blocks that follow each other can be no batch (oracle spec 3)."""
    if sum(len(block.logs) for block in blocks) > MOST_LOGS:
        return True
    if any(any(block.upgrade_hash) for block in blocks[1:]):
        return True
    if len({block.outside and block.outside.settlement_layer for block in blocks}) > 1:
        return True
    if blocks[0].context.da is not DataAvailability.BLOBS:
        return False
    pubdata = b"".join(block.pubdata for block in blocks)
    return (
        len(pubdata) > MOST_BLOBS * BLOB_DATA_BYTES or len(split(pubdata)) > MOST_BLOBS
    )
