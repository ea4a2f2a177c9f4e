"""Property: without system contracts, too, both engines of ours say the same."""

from fuzz.targets.atheris_driver import main
from fuzz.targets.block_differential import differential
from fuzz.targets.blocks import BlockTarget
from zkos.host.profile import Profile, RunOptions
from zkos.versions import DEFAULT, Protocol


def block_replay(protocol: Protocol = DEFAULT) -> BlockTarget:
    """The compiled OS against its image, as blocks of Ethereum are run again."""
    options = RunOptions(profile=Profile.REPLAY, protocol=protocol)
    return differential("block_replay", options)


if __name__ == "__main__":
    main("block_replay")
