"""Blocks of Ethereum to lie about: those that are published, and generated ones."""

from typing import Final

from differential.ethereum.blocks import KnownBlock
from differential.importers.ethereum_blocks import load_blocks
from fuzz.shipped import corpora
from fuzz.strategies.ethereum.chains import chain
from fuzz.strategies.source import RandomSource
from zkos.versions import Fork

GENERATED: Final = 16
"""Seeds of generated chains, of which blocks of the fork are taken."""
_FOLDER: Final = "ethereum"
_LARGEST: Final = 400
"""Nodes of a witness: with more a run takes too long to be repeated so often."""


def ethereum_scenes(fork: Fork, generated: int = GENERATED) -> dict[str, KnownBlock]:
    """Blocks by name whose state is known in full, all as of one fork."""
    made: dict[str, KnownBlock] = {}
    for path in sorted((corpora() / _FOLDER).glob("*.json.gz")):
        for index, known in enumerate(load_blocks(path)):
            made[f"{path.name.split('.')[0]}_{index}"] = known
    for seed in range(generated):
        for index, known in enumerate(chain(RandomSource(seed), fork)):
            made[f"generated_{seed}_{index}"] = known
    return {
        name: known
        for name, known in made.items()
        if known.before is not None
        and known.block.fork is fork
        and len(known.block.witness.nodes) <= _LARGEST
    }
