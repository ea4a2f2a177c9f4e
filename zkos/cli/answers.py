"""What engines answered, as lines and tables of the terminal."""

from typing import Final

from rich.table import Table
from rich.text import Text

from differential.outcome import Outcome, TransactionStatus
from differential.reports.block_tables import Sheet

_STYLES: Final = {
    TransactionStatus.SUCCESS.value: "green",
    TransactionStatus.REVERTED.value: "yellow",
    TransactionStatus.INVALID.value: "red",
}
"""Of words in a column of states."""
_STATUS: Final = "status"


def engine_line(outcome: Outcome) -> str:
    """One line about an engine: outcome, public input, figures."""
    parts = [outcome.result.value]
    if outcome.reason:
        parts.append(outcome.reason)
    if outcome.public_input is not None:
        parts.append(f"0x{outcome.public_input.hex()}")
    if outcome.transactions is not None:
        gas = sum(item.gas_used or 0 for item in outcome.transactions)
        parts.append(f"{len(outcome.transactions)} transactions, {gas:,} gas")
    if outcome.cycles is not None:
        parts.append(f"{outcome.cycles:,} cycles")
    if outcome.seconds is not None:
        parts.append(f"{outcome.seconds:.3f} s")
    return "  ".join(parts)


def as_table(sheet: Sheet) -> Table:
    """A table for the terminal."""
    made = Table(
        title=sheet.title,
        title_justify="left",
        box=None,
        padding=(0, 2, 0, 0),
        show_header=sheet.has_head,
    )
    words = len(sheet.columns) - sheet.numbers
    for at, name in enumerate(sheet.columns):
        if at < words:
            made.add_column(name, overflow="fold")
        else:
            made.add_column(name, justify="right")
    for row in sheet.rows:
        cells = zip(sheet.columns, row, strict=True)
        made.add_row(*(_cell(column, text) for column, text in cells))
    return made


def _cell(column: str, text: str) -> Text:
    """Plain text: what contracts say is no markup."""
    return Text(text, _STYLES.get(text, "") if column == _STATUS else "")
