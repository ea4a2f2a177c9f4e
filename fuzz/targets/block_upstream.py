"""Property: with upstream's faults, too, both engines of ours say the same."""

from fuzz.targets.atheris_driver import main
from fuzz.targets.block_differential import differential
from fuzz.targets.blocks import BlockTarget
from zkos.host.profile import Quirks, RunOptions
from zkos.versions import DEFAULT, Protocol


def block_upstream(protocol: Protocol = DEFAULT) -> BlockTarget:
    """The compiled OS against its image, with upstream's faults reproduced."""
    options = RunOptions(quirks=Quirks.UPSTREAM, protocol=protocol)
    return differential("block_upstream", options)


if __name__ == "__main__":
    main("block_upstream")
