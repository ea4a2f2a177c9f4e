"""`zkos minimise` of blocks of Ethereum."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from differential.compare import first_difference
from differential.ethereum.reducing import Blocks, reduce_blocks
from differential.ethereum.session import check_engines, run_engine
from differential.ethereum.writing import blocks_to_text
from differential.importers.ethereum_blocks import load_blocks
from differential.outcome import Difference, Outcome, Result
from zkos.cli.ethereum import build
from zkos.host.profile import RunOptions
from zkos.terminal.console import output, say
from zkos.terminal.errors import EXIT_DIFFERENCE, UserError
from zkos.terminal.files import check_writable, writing
from zkos.terminal.progress import progress

ZK_ONLY: Final = (
    "--protocol, --profile, --da, --quirks and --extra-precompiles are for "
    "--instance zk"
)
Kind = tuple[str, str]
"""Layer and place of a difference, without numbers."""


def reduce(
    path: Path, engines: Sequence[str], target: Path, options: RunOptions
) -> int:
    """Write the smallest blocks found on which the engines still differ.

    Transactions, withdrawals, authorizations, calldata, accounts and slots are left
    out one by one, and EELS makes the headers anew. Raises CaseError and UserError.
    """
    if len(engines) != 2:
        raise UserError("minimise needs --engine twice")
    check_engines(engines)
    blocks = tuple(load_blocks(path))
    check_writable(target)
    build(path, engines, options, set())
    wanted = _kind(blocks, engines, options)
    if wanted is None:
        raise UserError(f"{path}: {engines[0]} and {engines[1]} agree")
    say(f"keeping {' '.join(wanted).strip()}")
    tests = 0
    with progress() as show:

        def shows(candidate: Blocks) -> bool:
            nonlocal tests
            tests += 1
            show(f"{tests} candidates run")
            return _kind(candidate, engines, options) == wanted

        try:
            blocks = reduce_blocks(blocks, shows)
        except ValueError as error:
            raise UserError(f"{path}: {error}") from error
    with writing(target):
        target.write_bytes(blocks_to_text(blocks))
    transactions = sum(len(known.block.transactions) for known in blocks)
    accounts = len(blocks[0].before or {})
    say(f"{tests} candidates run: {transactions} transactions, {accounts} accounts")
    say(f"written to {target}", to=output())
    say(f"zkos diff {target} --engine {engines[0]} --engine {engines[1]}", to=output())
    return EXIT_DIFFERENCE


def _kind(blocks: Blocks, engines: Sequence[str], options: RunOptions) -> Kind | None:
    """How the engines differ on the first block on which they do."""
    for known in blocks:
        outcomes = {name: run_engine(name, known, options) for name in engines}
        found = _difference(outcomes)
        if found is not None:
            where = "".join(c for c in found.where if not c.isdigit())
            return found.layer, where
    return None


def _difference(outcomes: dict[str, Outcome]) -> Difference | None:
    names = tuple(outcomes)
    one, two = outcomes.values()
    if one.succeeded != two.succeeded or Result.CRASH in (one.result, two.result):
        if one.result is two.result:
            return None
        values = (one.result.value, two.result.value)
        return Difference((names[0], names[1]), "outcome", " ".join(values), values)
    return first_difference(outcomes) if one.succeeded else None
