"""`zkos engines`: which engines there are and whether they can run here."""

from rich.table import Table

from differential.engines import KINDS
from zkos.terminal.console import output, say
from zkos.unsettled import lines
from zkos.versions import Protocol


def command() -> int:
    """List the engines.

    NAME@SETTING gives an engine options of its own, as native@upstream or
    riscv@replay: production, replay, forward, proving, none, upstream, interpreted, or
    a protocol: v30.
    Below the table stands what is not known of a protocol, and what ours does there.
    The variable ZKOS_ANVIL names anvil where it is not in PATH.
    """
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("engine", "what", "knows", "here"):
        table.add_column(column, overflow="fold")
    for kind in KINDS:
        name = f"{kind.name}={kind.argument}" if kind.argument else kind.name
        if kind.program:
            name += "[=PATH]"
        table.add_row(
            name, kind.summary, ", ".join(kind.knows), kind.missing() or "yes"
        )
    output().print(table)
    for protocol in Protocol:
        for line in lines(protocol):
            say(line, to=output())
    return 0
