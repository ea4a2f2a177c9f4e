"""Property: our OS says the same of every block, natively and on RISC-V.

Every word of both conversations and reports is the same, none fails, commitments are
those of an independent judge, and by default no transaction ends a block.
"""

from fuzz.targets.atheris_driver import main
from fuzz.targets.block_engines import coverage_engine, riscv_engine
from fuzz.targets.blocks import OPTIONS, BlockTarget
from zkos.host.profile import RunOptions


def block_differential() -> BlockTarget:
    """The compiled OS against its RISC-V image."""
    return differential("block_differential", OPTIONS)


def differential(name: str, options: RunOptions) -> BlockTarget:
    """Both engines of ours with these options."""
    return BlockTarget(name, [coverage_engine(), riscv_engine()], options)


if __name__ == "__main__":
    main("block_differential")
