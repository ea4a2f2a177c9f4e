"""Property: without system contracts, too, both engines of ours say the same."""

from fuzz.targets.atheris_driver import main
from fuzz.targets.block_differential import differential
from fuzz.targets.blocks import BlockTarget
from zkos.host.profile import Profile, RunOptions


def block_replay() -> BlockTarget:
    """The compiled OS against its image, as blocks of Ethereum are run again."""
    return differential("block_replay", RunOptions(profile=Profile.REPLAY))


if __name__ == "__main__":
    main("block_replay")
