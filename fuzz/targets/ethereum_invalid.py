"""Property: what Ethereum does not allow in a block, ours refuses, and nothing else."""

from typing import Final

from fuzz.mutation.ethereum import mutate_chain
from fuzz.strategies.ethereum.chains import Chain, lone_block
from fuzz.strategies.ethereum.damage import damaged
from fuzz.strategies.source import Source
from fuzz.targets.atheris_driver import main
from fuzz.targets.ethereum_blocks import EthereumTarget
from fuzz.targets.ethereum_engines import prepare

_FAULTY: Final = 40
"""Percent of transactions in a block that will be damaged: some are put back."""


def ethereum_invalid() -> EthereumTarget:
    """Blocks with one thing wrong: our OS refuses exactly what EELS refuses."""

    def generate(source: Source) -> Chain:
        link = lone_block(source, _FAULTY)
        return (damaged(source, link.known, link.refused),)

    def mutate(source: Source, parent: Chain, donor: Chain) -> Chain:
        return _damage(source, mutate_chain(source, parent, donor))

    prepare(images=True)
    return EthereumTarget("ethereum_invalid", generate, mutate)


def _damage(source: Source, blocks: Chain) -> Chain:
    """One of the blocks, damaged once or, sometimes, not at all."""
    known = source.choose(blocks)
    try:
        return (damaged(source, known),)
    except ValueError:
        return (known,)


if __name__ == "__main__":
    main("ethereum_invalid")
