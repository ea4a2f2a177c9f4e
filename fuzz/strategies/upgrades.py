"""Chains that change their protocol: blocks of v30, an upgrade, blocks of v31."""

from dataclasses import replace
from typing import Final

from fuzz.strategies.cases import block, prepared
from fuzz.strategies.fees import first_context, next_context
from fuzz.strategies.interop import EXTRAS, furnish
from fuzz.strategies.source import Source, Weights
from fuzz.strategies.transactions import upgrade
from zkos.host.case import Block, Case
from zkos.versions import Protocol

BEFORE: Final = Protocol.V30
AFTER: Final = Protocol.V31
MOST_BLOCKS: Final = 6
_SIZES: Final = Weights(30, 34, 20, 8, 3, 1, 4)
_BEFORE: Final = (1, 2, 3)
_BEFORE_WEIGHTS: Final = Weights(70, 22, 8)
_AFTER: Final = (1, 2, 3)
_AFTER_WEIGHTS: Final = Weights(40, 40, 20)
_FURNISHED: Final = 70
"""Of a hundred chains have all system contracts from the start: code that hooks hide
before the upgrade."""


def upgrade_chain(source: Source) -> Case:
    """Blocks before, mostly an upgrade first in those after."""
    cast, state = prepared(source, EXTRAS)
    if source.chance(_FURNISHED):
        state = furnish(source, cast, state)
    first = source.choose(_BEFORE, _BEFORE_WEIGHTS)
    count = first + source.choose(_AFTER, _AFTER_WEIGHTS)
    blocks: list[Block] = []
    context = first_context(source, cast)
    for index in range(count):
        if blocks:
            context = next_context(source, cast, context)
        made = block(source, cast, context, _SIZES)
        if index > first:
            made = EXTRAS.vary(source, cast, made)
        elif index == first and source.chance(85):
            sent = (upgrade(source, cast), *made.transactions)
            made = replace(made, transactions=sent)
        blocks.append(made)
    blocks[first] = replace(blocks[first], protocol=AFTER)
    return replace(state, blocks=tuple(blocks), protocol=BEFORE)


def as_upgrade_chain(made: Case) -> Case:
    """The case with one change of the protocol, after its first block."""
    blocks = made.blocks[:MOST_BLOCKS]
    if len(blocks) == 1:
        blocks = (*blocks, replace(blocks[0], transactions=(), edits=()))
    changes = (index for index, item in enumerate(blocks) if item.protocol is AFTER)
    change = max(1, next(changes, 1))
    return replace(
        made,
        blocks=tuple(
            replace(item, protocol=AFTER if index == change else None)
            for index, item in enumerate(blocks)
        ),
        protocol=BEFORE,
        batch=False,
        batches=(),
    )
