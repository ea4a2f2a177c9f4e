"""`--instance ethereum` of `run` and `diff`: whole blocks of Ethereum."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.table import Table

from zkos.host.case_errors import CaseError
from zkos.host.profile import RunOptions
from zkos.terminal.console import output, say, write_json
from zkos.terminal.errors import (
    EXIT_BAD_INPUT,
    EXIT_CLEAN,
    EXIT_DIFFERENCE,
    EXIT_ENGINE_FAILED,
    UserError,
)
from zkos.terminal.progress import progress

if TYPE_CHECKING:
    from differential.ethereum.session import BlockResult
    from differential.outcome import Outcome

_SHOWN_BYTES: Final = 32
ZK_ONLY: Final = (
    "--image, --batch, --da, --quirks, --html and --junit are for --instance zk"
)


def execute(
    places: Sequence[Path],
    engines: Sequence[str],
    options: RunOptions,
    *,
    as_json: bool,
    in_full: bool,
) -> int:
    """Run all blocks of files; the exit code of the contract.

    `in_full` shows transactions and changes of each block, not only the comparison.
    """
    from differential.compare import failed
    from differential.ethereum.session import check_engines, find_files, run_file

    check_engines(engines)
    files = find_files(places)
    counts: Counter[str] = Counter()
    built: set[object] = set()
    for path in files:
        try:
            _build(path, engines, options, built)
            for result in run_file(path, engines, options):
                counts["blocks"] += 1
                counts["different"] += result.difference is not None
                counts["failed"] += any(map(failed, result.engines.values()))
                if as_json:
                    write_json(result.to_json())
                else:
                    _show(result, in_full=in_full)
        except CaseError as error:
            counts["bad"] += 1
            say(f"zkos: {error}")
    if len(files) > 1:
        say(
            f"{counts['blocks']} blocks, {counts['different']} with a difference, "
            f"{counts['failed']} with a failed engine, {counts['bad']} bad files"
        )
    if counts["bad"]:
        return EXIT_BAD_INPUT
    if counts["different"]:
        return EXIT_DIFFERENCE
    return EXIT_ENGINE_FAILED if counts["failed"] else EXIT_CLEAN


def _build(
    path: Path, engines: Sequence[str], options: RunOptions, built: set[object]
) -> None:
    """Compile what the blocks of a file need; raises CaseError and UserError."""
    from dataclasses import replace

    from differential import artefacts, image_artefacts
    from differential.importers.ethereum_blocks import load_blocks
    from zkos.compiler.build import BuildError
    from zkos.compiler.errors import CompileError
    from zkos.versions import Instance

    fork = load_blocks(path)[0].block.fork
    if fork in built:
        return
    built.add(fork)
    build = replace(options, instance=Instance.ETHEREUM, fork=fork).build()
    with progress() as show:
        try:
            if "native" in engines:
                artefacts.native_object(show, build)
            if "riscv" in engines:
                image_artefacts.machine_object(show)
                image_artefacts.program(show, build)
        except (CompileError, BuildError) as error:
            raise UserError(str(error)) from error


def _show(result: "BlockResult", *, in_full: bool) -> None:
    """A block: what engines say, and the first difference."""
    say(result.known.name, "bold", to=output())
    width = max(map(len, (*result.engines, *result.without)), default=0)
    for name, item in result.engines.items():
        say(f"  {name:{width}}  {_line(item)}", to=output())
    for name, reason in result.without.items():
        say(f"  {name:{width}}  no answer: {reason}", "yellow", to=output())
    difference = result.difference
    if difference is not None:
        one, two = difference.engines
        place = f"{difference.layer} {difference.where}".strip()
        x, y = difference.values
        say(f"  {place}: {one} has {x}, {two} has {y}", "red", to=output())
    told = next((item for item in result.engines.values() if item.succeeded), None)
    if in_full and told is not None:
        for table in _tables(told):
            if table.row_count:
                output().print(table)


def _line(outcome: "Outcome") -> str:
    """One line about an engine: outcome, hash of the block, figures."""
    parts = [outcome.result.value]
    if outcome.reason:
        parts.append(outcome.reason)
    if outcome.block_hash is not None:
        parts.append(f"block {outcome.block_hash:#066x}")
    if outcome.transactions is not None:
        gas = sum(item.gas_used or 0 for item in outcome.transactions)
        parts.append(f"{len(outcome.transactions)} transactions, {gas:,} gas")
    if outcome.cycles is not None:
        parts.append(f"{outcome.cycles:,} cycles")
    if outcome.seconds is not None:
        parts.append(f"{outcome.seconds:.3f} s")
    return "  ".join(parts)


def _tables(outcome: "Outcome") -> "list[Table]":
    """Transactions, logs, and what has become of accounts and slots."""
    receipts = _table("Transactions", "#", "type", "status", "gas", "sender", "created")
    logs = _table("Logs", "tx", "address", "topics", "data")
    for index, item in enumerate(outcome.transactions or ()):
        receipts.add_row(
            str(index),
            str(item.type_byte),
            item.status.value,
            f"{item.gas_used or 0:,}",
            f"{item.sender or 0:#042x}",
            f"{item.created:#042x}" if item.created else "",
        )
        for log in item.logs or ():
            topics = "\n".join(f"{topic:#066x}" for topic in log.topics)
            data = f"0x{log.data[:_SHOWN_BYTES].hex()}"
            more = f" ({len(log.data)} bytes)" if len(log.data) > _SHOWN_BYTES else ""
            logs.add_row(str(index), f"{log.address:#042x}", topics, data + more)
    accounts = _table("Accounts", "address", "nonce", "balance", "code hash")
    for account in outcome.detail.accounts or ():
        accounts.add_row(
            f"{account.address:#042x}",
            str(account.nonce),
            str(account.balance),
            f"{account.code_hash:#066x}",
        )
    slots = _table("Storage", "address", "slot", "value")
    for slot in outcome.detail.storage or ():
        slots.add_row(f"{slot.address:#042x}", f"{slot.key:#x}", f"{slot.current:#x}")
    return [receipts, logs, accounts, slots]


def _table(name: str, *columns: str) -> Table:
    table = Table(title=name, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
