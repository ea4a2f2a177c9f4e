"""`--instance ethereum` of `run` and `diff`: whole blocks of Ethereum."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

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
    from differential.reports.block_tables import Sheet

ZK_ONLY: Final = (
    "--protocol, --profile, --batch, --da, --quirks, --simulate, "
    "--extra-precompiles, --html and --junit are for --instance zk"
)


def execute(
    places: Sequence[Path],
    engines: Sequence[str],
    options: RunOptions,
    *,
    image: Path | None,
    as_json: bool,
    in_full: bool,
) -> int:
    """Run all blocks of files; the exit code of the contract.

    `image` is a file with an image that is one engine more. `in_full` shows
    transactions and changes of each block, not only the comparison.
    """
    from differential.compare import failed
    from differential.ethereum.session import IMAGE, check_engines, find_files, run_file

    check_engines(engines)
    if image is not None:
        load_image(image)
    files = find_files(places)
    counts: Counter[str] = Counter()
    built: set[object] = set()
    for path in files:
        try:
            build(path, engines, options, built)
            for result in run_file(path, engines, options, image):
                counts["blocks"] += 1
                counts["different"] += result.difference is not None
                counts["failed"] += any(map(failed, result.engines.values()))
                counts["answered"] += bool(result.engines)
                counts["unjudged"] += IMAGE in result.without
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
    if counts["unjudged"]:
        say(f"{counts['unjudged']} of them without the image, which is no judge there")
    if counts["bad"]:
        return EXIT_BAD_INPUT
    if counts["different"]:
        return EXIT_DIFFERENCE
    if not counts["answered"]:
        say("zkos: nothing was run: no engine has an answer")
        return EXIT_BAD_INPUT
    return EXIT_ENGINE_FAILED if counts["failed"] else EXIT_CLEAN


def load_image(path: Path) -> None:
    """Look whether a file is an image of this instance; raises UserError."""
    from differential.ethereum.image import load
    from differential.runners.riscv import translate
    from zkos.machine.image import ImageError

    try:
        with progress() as show:
            translate(load(path), show)
    except ImageError as error:
        raise UserError(str(error)) from error


def build(
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
    wanted = replace(options, instance=Instance.ETHEREUM, fork=fork).build()
    with progress() as show:
        try:
            if "native" in engines:
                artefacts.native_object(show, wanted)
            if "riscv" in engines:
                image_artefacts.machine_object(show)
                image_artefacts.program(show, wanted)
        except (CompileError, BuildError) as error:
            raise UserError(str(error)) from error


def _show(result: "BlockResult", *, in_full: bool) -> None:
    """A block: what engines say, and the first difference."""
    from zkos.cli.answers import as_table, engine_line

    say(result.known.name, "bold", to=output())
    width = max(map(len, (*result.engines, *result.without)), default=0)
    for name, item in result.engines.items():
        line = engine_line(item)
        if item.block_hash is not None:
            line += f"  block {item.block_hash:#066x}"
        say(f"  {name:{width}}  {line}", to=output())
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
        for sheet in _sheets(told):
            if sheet.rows:
                output().print(as_table(sheet))


def _sheets(outcome: "Outcome") -> "list[Sheet]":
    """Transactions, logs, and what has become of accounts and slots."""
    from differential.reports.block_tables import Sheet, logs, transactions

    accounts = tuple(
        (
            f"{account.address:#042x}",
            f"{account.code_hash:#066x}",
            str(account.nonce),
            str(account.balance),
        )
        for account in outcome.detail.accounts or ()
    )
    slots = tuple(
        (f"{slot.address:#042x}", f"{slot.key:#x}", f"{slot.current:#x}")
        for slot in outcome.detail.storage or ()
    )
    receipts = outcome.transactions or ()
    columns = ("address", "code hash", "nonce", "balance")
    return [
        transactions(receipts),
        logs(receipts),
        Sheet("Accounts", columns, accounts, numbers=2),
        Sheet("Storage", ("address", "slot", "value"), slots, numbers=1),
    ]
