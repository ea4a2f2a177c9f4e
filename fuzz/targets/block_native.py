"""Property: no block of the compiled OS ends, fails, or commits to what it is not."""

from fuzz.targets.atheris_driver import main
from fuzz.targets.block_engines import coverage_engine
from fuzz.targets.blocks import BlockTarget


def block_native() -> BlockTarget:
    """The compiled OS alone: no aborts, no crashes, commitments that hold."""
    return BlockTarget("block_native", [coverage_engine()])


if __name__ == "__main__":
    main("block_native")
