"""A block on the terminal, as tables."""

from differential.reports.block_tables import tables
from differential.session import BlockResult
from zkos.cli.answers import as_table
from zkos.cli.diff import show as show_comparison
from zkos.cli.diff import title
from zkos.terminal.console import output, say


def show_block(result: BlockResult) -> None:
    """Everything the first engine that succeeded tells; more engines: compared."""
    sheets = tables(result)
    if not sheets or len(result.outcome.engines) > 1 or result.without:
        show_comparison(result)
    else:
        say(title(result), "bold", to=output())
    for sheet in sheets:
        output().print(as_table(sheet))
