"""A block on the terminal, as tables."""

from typing import Final

from rich.table import Table
from rich.text import Text

from differential.outcome import TransactionStatus
from differential.reports.block_tables import Sheet, tables
from differential.session import BlockResult
from zkos.cli.diff import show as show_comparison
from zkos.cli.diff import title
from zkos.terminal.console import output, say

_STYLES: Final = {
    TransactionStatus.SUCCESS.value: "green",
    TransactionStatus.REVERTED.value: "yellow",
    TransactionStatus.INVALID.value: "red",
}
"""Of words in a column of states."""
_STATUS: Final = "status"


def show_block(result: BlockResult) -> None:
    """Everything the first engine that succeeded tells; more engines: compared."""
    sheets = tables(result)
    if not sheets or len(result.outcome.engines) > 1 or result.without:
        show_comparison(result)
    else:
        say(title(result), "bold", to=output())
    for sheet in sheets:
        output().print(as_table(sheet))


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
