"""`zkos trace` of a block of Ethereum."""

from pathlib import Path

from differential.ethereum.blocks import KnownBlock
from differential.ethereum.tracing import trace_block
from differential.importers.ethereum_blocks import load_blocks
from differential.trace import Trace
from differential.trace_diff import first_split
from zkos.cli.splits import say_split, write_steps
from zkos.host.channel import OracleError
from zkos.host.profile import RunOptions
from zkos.terminal.errors import EXIT_CLEAN, EXIT_DIFFERENCE, UserError
from zkos.terminal.progress import progress

ZK_ONLY = (
    "--protocol, --profile, --da, --quirks, --extra-precompiles, --machine and "
    "--around are for --instance zk"
)


def show(
    path: Path, block: int, transaction: int | None, engine: str, options: RunOptions
) -> int:
    """Lines of one engine; raises CaseError and UserError."""
    known = _block(path, block, transaction)
    write_steps(_trace(engine, known, options), transaction)
    return EXIT_CLEAN


def show_split(
    path: Path, block: int, engines: tuple[str, str], options: RunOptions
) -> int:
    """The first step at which two engines part; raises CaseError and UserError."""
    known = _block(path, block, None)
    one, two = (_trace(engine, known, options) for engine in engines)
    split = first_split(one.steps, two.steps)
    say_split(engines, (one, two), split)
    return EXIT_CLEAN if split is None else EXIT_DIFFERENCE


def _block(path: Path, block: int, transaction: int | None) -> KnownBlock:
    blocks = load_blocks(path)
    if block >= len(blocks):
        raise UserError(f"{path}: there is no block {block}")
    known = blocks[block]
    if transaction is not None and transaction >= len(known.block.transactions):
        raise UserError(f"{path}: there is no transaction {transaction}")
    return known


def _trace(engine: str, known: KnownBlock, options: RunOptions) -> Trace:
    with progress() as show:
        show(f"tracing {engine}")
        try:
            return trace_block(engine, known, options)
        except OracleError as error:
            raise UserError(f"{known.name}: {error}") from error
