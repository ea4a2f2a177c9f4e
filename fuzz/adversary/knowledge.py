"""What whoever lies knows of a stage: its honest run, its states, other chains."""

from typing import Final

from fuzz.adversary.conversation import World, serve
from fuzz.adversary.engines import Engine
from fuzz.adversary.lies import flat_key
from fuzz.adversary.parts import CONTRACT, OTHER_KEY, STRANGER, send
from fuzz.adversary.queries import BLOB, METADATA, PREIMAGE, PROOF, SLOT, STATE
from fuzz.adversary.stage import Stage, Variation, deliver, variations
from fuzz.adversary.statement import NO_SENDER, Asked
from fuzz.strategies.source import Source
from zkos.guest.protocol.addresses import COMPLEX_UPGRADER
from zkos.host.transactions import FieldTransaction, Kind

_VERIFIED: Final = (*STATE, BLOB)
_STRANGERS: Final = (
    FieldTransaction(
        Kind.UPGRADE,
        gas_limit=300_000,
        max_fee_per_gas=0,
        max_priority_fee_per_gas=0,
        to=CONTRACT,
        sender=int(COMPLEX_UPGRADER),
    ),
    FieldTransaction(
        Kind.L1,
        gas_limit=300_000,
        max_fee_per_gas=1000,
        max_priority_fee_per_gas=0,
        to=CONTRACT,
        sender=STRANGER,
        value=3,
    ),
    send(STRANGER, kind=Kind.EIP1559, nonce=5, private_key=OTHER_KEY, value=9),
)
"""Transactions that no scene has."""


class View:
    """The queries of one block, and the tree it runs on."""

    def __init__(self, asked: list[Asked], world: World) -> None:
        self.world: Final = world
        self.tree: Final = world.state.tree
        self.slots: Final = [item for item in asked if item.query == SLOT]
        self.present: Final = [item for item in self.slots if not is_new(item)]
        self.absent: Final = [item for item in self.slots if is_new(item)]
        self.preimages: Final = [item for item in asked if item.query == PREIMAGE]
        self.proofs: Final = [item for item in asked if item.query == PROOF]


class Knowledge:
    """Everything attacks on a stage are drawn from."""

    def __init__(self, stage: Stage, engine: Engine, source: Source) -> None:
        """Of a stage that was rehearsed with the engine."""
        self.stage: Final = stage
        self.honest: Final = stage.honest
        blocks = _by_block(stage.honest, len(stage.told))
        self.views: Final = [
            View(asked, told.world)
            for asked, told in zip(blocks, stage.told, strict=True)
        ]
        by_query: dict[int, list[int]] = {}
        for position, item in enumerate(stage.honest):
            by_query.setdefault(item.query, []).append(position)
        self.positions: Final = list(by_query.values())
        self.verified: Final = [
            places for query, places in by_query.items() if query in _VERIFIED
        ]
        self.blobs: Final = [item for item in stage.honest if item.query == BLOB]
        self.known: Final = list(stage.state.preimages)
        chain = stage.blocks[0].context.chain_id
        self.strangers: Final = [serve(deliver(item, chain)) for item in _STRANGERS]
        self.pool: Final = [serve(x) for block in stage.transactions for x in block]
        self.senders: Final = _senders(stage)
        self.worlds: Final = self._drawn_worlds(source)
        self.variations: Final = self._chains(engine, source)

    def view(self, source: Source) -> View:
        """One of the blocks."""
        return source.choose(self.views)

    def _drawn_worlds(self, source: Source) -> list[tuple[int, World]]:
        """States a little different where a block looks, with that block."""
        worlds = []
        for _ in range(_WORLDS):
            block = source.below(len(self.views))
            view = self.views[block]
            if not view.slots:
                continue
            asked = source.choose(view.slots)
            other = source.choose(view.slots)
            state = view.world.state.fork()
            changed = other.response[12:44] if source.chance(60) else source.bytes(32)
            state.tree.write(flat_key(asked.parameters), changed)
            if source.chance(30):
                state.tree.write(source.bytes(32), source.bytes(32))
            worlds.append((block, self.stage.world(state)))
        return worlds

    def _chains(self, engine: Engine, source: Source) -> list[Variation]:
        """Other chains for the blocks of a batch."""
        stage = self.stage
        if not stage.is_batch:
            return []
        made = list(variations(stage, engine))
        for block, world in self.worlds:
            if block == 0 and source.chance(50):
                told = stage.chain(engine, world.state, stage.transactions)
                if told is not None:
                    made.append(Variation(told))
        return made


_WORLDS: Final = 12


def is_new(asked: Asked) -> bool:
    """Whether an honest answer about a slot says that it has no leaf."""
    return asked.response[4] == 1


def _by_block(asked: list[Asked], count: int) -> list[list[Asked]]:
    blocks: list[list[Asked]] = [[] for _ in range(count)]
    block = -1
    for item in asked:
        block += item.query == METADATA
        blocks[max(block, 0)].append(item)
    return blocks


def _senders(stage: Stage) -> list[int]:
    """Addresses worth being taken for the sender."""
    accounts = [account.address for account in stage.case.accounts]
    named = [item.sender for block in stage.transactions for item in block]
    signers = [sender for sender in named if sender != NO_SENDER]
    return [*accounts, *signers, stage.blocks[0].context.coinbase, STRANGER, 0x8006, 1]
