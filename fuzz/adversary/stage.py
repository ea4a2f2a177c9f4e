"""A scene prepared for lying: honest answers at hand, honest outputs known.

The blocks of a scene are served one after another, as one block or as a batch. States
between them come from honest runs of the engine itself, so any build of the guest can
be put on the stage.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from differential.outcome import Outcome, Result, TransactionStatus
from differential.runners import base
from fuzz.adversary.conversation import Conversation, Liar, Teller, Told, World, tell
from fuzz.adversary.engines import Ending, Engine
from fuzz.adversary.queries import BLOB
from fuzz.adversary.statement import (
    NO_SENDER,
    RLP,
    Asked,
    StatedBlock,
    StatedTransaction,
    Statement,
    follows,
    has_configuration,
)
from zkos.guest.protocol.options import OPTION_BATCH, OPTION_REPORT
from zkos.guest.protocol.queries import DA_NONE
from zkos.host import delivery
from zkos.host.case import Block, Case
from zkos.host.channel import QueryChannel
from zkos.host.codecs.metadata import (
    encode_configuration,
    encode_metadata,
    encode_proof_data,
)
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState
from zkos.host.transactions import (
    Kind,
    RawTransaction,
    Transaction,
    TransactionError,
)
from zkos.versions import DEFAULT, Protocol

_MOST_SIGNERS: Final = 4096
_MOST_BYTES: Final = 4096
"""Of an envelope whose signer is remembered; a size may be a lie of any size."""
_CONTEXT: Final = 0x800B
"""Whose slot 0 names the settlement layer."""
_SERVICE: Final = bytes([Kind.SERVICE.value])
_OPERATOR: Final = 0x8001
"""Who service transactions must be of."""
_UPGRADE: Final = Kind.UPGRADE.value

Transactions = tuple[StatedTransaction, ...]


class Variation(NamedTuple):
    """Another honest chain for a scene."""

    told: tuple[Told, ...]
    left_out: tuple[int, int] | None = None
    """Block and number of the transaction it lacks, if that is what differs."""


class Performance(NamedTuple):
    """A run against liars."""

    ending: Ending
    asked: list[Asked]
    lies: list[tuple[int, bytes, bytes]]
    """Query, honest answer, and what was said instead."""
    protocol: Protocol = DEFAULT


class Stage:
    """A scene ready to be run against liars, once it is rehearsed."""

    def __init__(
        self, name: str, case: Case, options: int, protocol: Protocol = DEFAULT
    ) -> None:
        self.name: Final = name
        self.protocol: Final = protocol
        self.case: Final = case
        self.is_batch: Final = case.batch
        self.options: Final = options | (int(OPTION_BATCH) if case.batch else 0)
        self.state: Final = base.state_of_case(case)
        self.blocks: Final = case.blocks if case.batch else case.blocks[:1]
        self.transactions: Final = tuple(map(_delivered, self.blocks))
        self.configuration: Final = (
            encode_configuration(self.blocks[0].context)
            if has_configuration(protocol)
            else b""
        )
        self.told: tuple[Told, ...] = ()
        self.statement = Statement((), 1)
        self.honest: list[Asked] = []
        self.output = b""
        self._worlds: Final[dict[bytes, World]] = {}
        self._signers: Final[dict[bytes, int]] = {
            item.data: item.sender
            for block in self.transactions
            for item in block
            if item.encoding == RLP
        }

    def rehearse(self, engine: Engine) -> Ending:
        """Run honestly and remember it; the ending is accepted if all is well."""
        told = self.chain(engine, self.state, self.transactions)
        if told is None:
            return Ending(Result.ABORT, reason="a block alone is refused")
        self.told = told
        talk = Conversation(told, len(told), configuration=self.configuration)
        ending = engine.run(talk, self.options)
        blocks = tuple(item.block for item in told)
        self.statement = Statement(blocks, len(told), self.configuration)
        self.honest = talk.asked
        self.output = ending.output or b""
        return ending

    @property
    def has_blobs(self) -> bool:
        """Whether it takes milliseconds to run."""
        return any(item.query == BLOB for item in self.honest)

    def perform(self, engine: Engine, liars: tuple[Liar, ...]) -> Performance:
        """Run against liars."""
        talk = Conversation(self.told, len(self.told), liars, self.configuration)
        ending = engine.run(talk, self.options)
        return Performance(ending, talk.asked, talk.lies, self.protocol)

    def answer_honestly(self, engine: Engine, statement: Statement) -> Ending:
        """Run on a statement, all else honest."""
        told = self._tell(statement)
        talk = Conversation(
            told, statement.block_count, configuration=statement.configuration
        )
        return engine.run(talk, self.options)

    def chain(
        self, engine: Engine, state: ChainState, transactions: Sequence[Transactions]
    ) -> tuple[Told, ...] | None:
        """The scene's blocks with these transactions, each on the state before it.

        None if a block is refused.
        """
        told: list[Told] = []
        for index, block in enumerate(self.blocks):
            stated = _state_block(block, state, transactions[index], self.protocol)
            told.append(tell(stated, self.world(state)))
            if index + 1 == len(self.blocks):
                break
            outcome = self._alone(engine, told[-1], self.configuration)
            if not outcome.succeeded:
                return None
            state = base.state_after(state, outcome)
        return tuple(told)

    def world(self, state: ChainState) -> World:
        """What answers from a state; the same for the same root."""
        root = state.tree.root()
        if root not in self._worlds:
            self._worlds[root] = World(state)
        return self._worlds[root]

    def signer(self, data: bytes) -> int:
        """Who signed an envelope; 0 where that cannot be found out."""
        if data[:1] == _SERVICE and self.protocol is not Protocol.V30:
            return _OPERATOR  # whoever wrote it, and whatever it says
        known = self._signers.get(data)
        if known is not None:
            return known
        try:
            known = delivery.decode_transaction(RawTransaction(data)).sender or 0
        except TransactionError:
            known = 0
        if len(data) <= _MOST_BYTES:
            if len(self._signers) == _MOST_SIGNERS:
                self._signers.clear()
            self._signers[data] = known
        return known

    def misfit(self, engine: Engine, statement: Statement) -> str | None:
        """A rule about blocks that follow each other which they break, if any.

        Each block is run alone, by an honest host.
        """
        told = self._tell(statement)
        last: tuple[StatedBlock, Outcome, int] | None = None
        for item in told:
            if last is not None and not _follows(*last[:2], item.block):
                return "a block does not go on where the last one ended"
            outcome = self._alone(engine, item, statement.configuration)
            if not outcome.succeeded:
                return "a block alone is refused"
            if last is not None and _upgrades(outcome):
                return "an upgrade in a later block"
            layer = self._layer(item.world.state, outcome)
            if last is not None and last[2] != layer:
                return "blocks settle on different chains"
            last = item.block, outcome, layer
        return None

    def _layer(self, state: ChainState, outcome: Outcome) -> int:
        """The chain that a block alone settles on, since v31."""
        if self.protocol is Protocol.V30:
            return 0
        return base.state_after(state, outcome).slot(_CONTEXT, 0) or 0

    def _tell(self, statement: Statement) -> tuple[Told, ...]:
        """Serve a statement from the states it names, else from those of the scene."""
        told = []
        for index, block in enumerate(statement.blocks):
            usual = self.told[min(index, len(self.told) - 1)].world
            world = self._worlds.get(block.root, usual)
            named = tuple(
                item._replace(sender=self.signer(item.data))
                for item in block.transactions
            )
            told.append(tell(block._replace(transactions=named), world))
        return tuple(told)

    def _alone(self, engine: Engine, told: Told, configuration: bytes) -> Outcome:
        """Run one block by itself, with a report; it need not be published."""
        quiet = tell(told.block._replace(scheme=int(DA_NONE)), told.world)
        channel = QueryChannel(Teller((quiet,), 1, configuration))
        word = self.options & ~int(OPTION_BATCH) | int(OPTION_REPORT)
        end = engine.run(channel, word)
        ending = base.Ending(end.result, end.reason, end.output)
        return base.conclude(channel, ending, told.world.state, RunOptions())


def deliver(transaction: Transaction, chain_id: int) -> StatedTransaction:
    """A transaction as honest hosts serve it."""
    item = delivery.deliver(transaction, chain_id)
    sender = item.sender if item.format == RLP else NO_SENDER
    return StatedTransaction(item.data, item.format, sender)


def _delivered(block: Block) -> Transactions:
    chain_id = block.context.chain_id
    return tuple(deliver(item, chain_id) for item in block.transactions)


def _state_block(
    block: Block, state: ChainState, transactions: Transactions, protocol: Protocol
) -> StatedBlock:
    context = base.settle(block, state).context
    assert context.block_hashes is not None
    assert context.last_block_timestamp is not None
    tree = state.tree
    return StatedBlock(
        encode_metadata(context, context.block_hashes, protocol),
        context.da.scheme,
        transactions,
        encode_proof_data(
            tree.root(), tree.next_free_slot, context.last_block_timestamp
        ),
        protocol,
    )


def _follows(last: StatedBlock, outcome: Outcome, block: StatedBlock) -> bool:
    root, free, name = outcome.state_root, outcome.next_free_slot, outcome.block_hash
    if root is None or free is None or name is None:
        return False
    return follows(last, block, root.to_bytes(32, "big"), free, name)


def _upgrades(outcome: Outcome) -> bool:
    return any(
        item.type_byte == _UPGRADE and item.status is not TransactionStatus.INVALID
        for item in outcome.transactions or ()
    )


def variations(stage: Stage, engine: Engine) -> tuple[Variation, ...]:
    """The chains of a batch that lack one transaction before its last block."""
    made = []
    for index, block in enumerate(stage.transactions[:-1]):
        for number in range(len(block)):
            rest = (*block[:number], *block[number + 1 :])
            changed = list(stage.transactions)
            changed[index] = rest
            told = stage.chain(engine, stage.state, changed)
            if told is not None:
                made.append(Variation(told, (index, number)))
    return tuple(made)
