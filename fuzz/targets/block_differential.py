"""Property: our OS says the same of every block, natively and on RISC-V.

Every word of both conversations and reports is the same, none fails, commitments are
those of an independent judge, and by default no transaction ends a block.
"""

from dataclasses import replace

from fuzz.targets.atheris_driver import main
from fuzz.targets.block_engines import coverage_engine, riscv_engine
from fuzz.targets.blocks import OPTIONS, BlockTarget
from fuzz.targets.versions import named
from zkos.host.profile import RunOptions
from zkos.versions import DEFAULT, Protocol


def block_differential(protocol: Protocol = DEFAULT) -> BlockTarget:
    """The compiled OS against its RISC-V image."""
    options = replace(OPTIONS, protocol=protocol)
    return differential("block_differential", options)


def differential(name: str, options: RunOptions) -> BlockTarget:
    """Both engines of ours with these options, on cases of their version."""
    protocol = options.protocol
    return BlockTarget(
        named(name, protocol),
        [coverage_engine(protocol), riscv_engine(protocol)],
        options,
    )


if __name__ == "__main__":
    main("block_differential")
