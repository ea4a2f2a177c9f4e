"""Property: a chain that changes its protocol is the same, natively and on RISC-V.

Blocks of v30, mostly an upgrade, then blocks of v31, each on what the one before left,
all judged as other blocks are.
"""

from fuzz.strategies.upgrades import AFTER, BEFORE, as_upgrade_chain, upgrade_chain
from fuzz.targets.atheris_driver import main
from fuzz.targets.block_engines import coverage_engine, riscv_engine
from fuzz.targets.blocks import BlockTarget


def block_upgrade() -> BlockTarget:
    """Chains with an upgrade in the middle, on the compiled OS and its images."""
    return BlockTarget(
        "block_upgrade",
        [coverage_engine(AFTER), riscv_engine(BEFORE, AFTER)],
        generate=upgrade_chain,
        repair=as_upgrade_chain,
    )


if __name__ == "__main__":
    main("block_upgrade")
