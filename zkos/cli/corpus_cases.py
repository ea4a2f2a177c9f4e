"""Single cases of `zkos corpus`: from a chain, to Ethereum's tests, shown."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from rich.table import Table

from differential.session import find_cases
from zkos.cases.loading import load_case
from zkos.host.case import AccountState, Case, parse_case
from zkos.host.case_errors import CaseError
from zkos.host.case_reader import read_json
from zkos.host.case_writer import case_to_json, save_case
from zkos.host.delivery import decode_transaction
from zkos.host.transactions import Transaction, TransactionError
from zkos.terminal.console import output, say
from zkos.terminal.errors import EXIT_BAD_INPUT, EXIT_CLEAN, UserError
from zkos.terminal.files import check_writable, writing
from zkos.terminal.text import shell_line, visible


def import_chain_block(
    block: Path, into: Path, prestate: Path | None, diffs: Path | None, chain_id: int
) -> int:
    """Make a case of what an archive node answered about a block."""
    from differential.importers.prestate import read_chain_block

    if prestate is None or diffs is None:
        raise UserError("a block of a chain needs --prestate and --diffs")
    check_writable(into)
    try:
        case = read_chain_block(block, prestate, diffs, chain_id)
    except KeyError as error:
        reason = f"not a block of a chain: field {error.args[0]} is missing"
        raise CaseError(str(block), "", reason) from error
    with writing(into):
        save_case(case, into)
    say(f"{len(case.blocks[0].transactions)} transactions in {into}")
    words = ["zkos", "diff", str(into), "-e", "native", "-e", "py_evm"]
    say(shell_line([*words, "--profile", "replay"]), to=output())
    return EXIT_CLEAN


def is_chain_file(place: Path) -> bool:
    """Whether a file holds what nodes say of blocks; raises CaseError if damaged.

    Only files that are called JSON are looked at.
    """
    from differential.importers.chain import is_chain

    return (
        place.is_file()
        and place.name.endswith((".json", ".json.gz"))
        and is_chain(read_json(place))
    )


def import_chain(
    place: Path, into: Path, *, apart: bool, genesis: Path | None = None
) -> int:
    """Make cases of blocks that nodes made, with what those say they gave.

    `into` is a file if called so, and takes one case, else a folder.
    """
    from differential.importers.chain import read_chain

    contracts = None if genesis is None else read_json(genesis)
    named = list(read_chain(read_json(place), apart=apart, genesis=contracts))
    cases = [case for _, case in named]
    for case in cases:
        parse_case(case_to_json(case), str(place))
    if into.name.endswith((".json", ".json.gz")):
        if len(cases) > 1:
            raise UserError(f"{into}: {len(cases)} cases need a folder")
        paths = [into]
    else:
        stem = place.name.partition(".")[0]
        paths = [into / f"{stem}{name}.json.gz" for name, _ in named]
        with writing(into):
            into.mkdir(parents=True, exist_ok=True)
    for case, path in zip(cases, paths, strict=True):
        check_writable(path)
        with writing(path):
            save_case(case, path)
    blocks = sum(len(case.blocks) for case in cases)
    say(f"{blocks} blocks in {len(cases)} cases in {into}")
    say(f"zkos diff {into} -e native -e riscv", to=output())
    return EXIT_CLEAN


def export_state_test(place: Path, out: Path) -> int:
    """Write a case of one transaction as a state test of Ethereum's suites."""
    from differential.importers.state_test_export import write_state_test

    return _export(place, out, write_state_test, "statetest")


def export_block_test(place: Path, out: Path) -> int:
    """Write a case of one block as a blockchain test of Ethereum's suites."""
    from differential.importers.block_test_export import write_block_test

    return _export(place, out, write_block_test, "blocktest")


def _export(
    place: Path, out: Path, write: Callable[[Case, Path, str], None], command: str
) -> int:
    check_writable(out)
    name = place.name.partition(".")[0]
    try:
        with writing(out):
            write(load_case(place), out, name)
    except CaseError as error:
        raise CaseError(str(place), error.field, error.reason) from error
    say(f"written to {out}")
    say(shell_line(["zkos", command, str(out)]), to=output())
    return EXIT_CLEAN


def show(places: list[Path]) -> int:
    """A line a case: what is in it."""
    table = Table("case", box=None, header_style="bold")
    for name in ("blocks", "transactions", "accounts", "code"):
        table.add_column(name, justify="right")
    table.add_column("kinds")
    bad = 0
    for path in find_cases(places):
        try:
            case = load_case(path)
        except UserError as error:
            bad += 1
            say(f"zkos: {error}")
            continue
        table.add_row(visible(str(path)), *_facts(case))
    if table.row_count:
        output().print(table)
    return EXIT_BAD_INPUT if bad else EXIT_CLEAN


def _facts(case: Case) -> list[str]:
    accounts = [item for item in case.leaf_order if isinstance(item, AccountState)]
    code = sum(len(item.code) for item in accounts)
    sent = [item for block in case.blocks for item in block.transactions]
    kinds = Counter(map(_kind, sent))
    return [
        str(len(case.blocks)),
        str(len(sent)),
        str(len(accounts)),
        f"{code:,}",
        ", ".join(f"{name} {count}" for name, count in kinds.items()),
    ]


def _kind(transaction: Transaction) -> str:
    try:
        return decode_transaction(transaction).kind.name.lower()
    except TransactionError:
        return "unreadable"
