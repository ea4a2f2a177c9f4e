"""What cases have since v32: a chain's configuration, and gas limits at its cap.

Otherwise they are as since v31. The configuration follows from the chain's id, so that
all blocks of a batch have the same.
"""

from dataclasses import replace
from typing import Final

from fuzz.strategies import interop
from fuzz.strategies.cases import Extras
from fuzz.strategies.cast import Cast
from fuzz.strategies.source import Source, Weights
from zkos.host.case import Block
from zkos.host.transactions import FieldTransaction

_CAP: Final = 1 << 24
_BEYOND: Final = (0, 1, 2, -1, 1 << 20)
_BEYOND_WEIGHTS: Final = Weights(40, 25, 15, 10, 10)


def vary(source: Source, cast: Cast, block: Block) -> Block:
    """The block on a chain with a configuration, some gas limits at the cap."""
    block = interop.vary(source, cast, block)
    chain = block.context.chain_id
    context = replace(
        block.context, proves_fri=bool(chain & 1), max_tx_gas_limit=_CAP + chain % 3
    )
    sent = [*block.transactions]
    if sent and source.chance(8):
        place = source.below(len(sent))
        chosen = sent[place]
        if isinstance(chosen, FieldTransaction):
            limit = _CAP + source.choose(_BEYOND, _BEYOND_WEIGHTS)
            sent[place] = replace(chosen, gas_limit=limit)
    return replace(block, context=context, transactions=tuple(sent))


EXTRAS: Final = Extras(interop.prepare, interop.furnish, vary)
