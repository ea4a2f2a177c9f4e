"""How many generated blocks of Ethereum a second: our OS beside EELS and py-evm."""

import time
from dataclasses import replace
from typing import Any, Final

from rich.table import Table

from differential.ethereum.blocks import KnownBlock
from differential.outcome import Outcome
from fuzz.strategies.ethereum.chains import chain
from fuzz.strategies.source import RandomSource
from fuzz.targets.ethereum_engines import EELS, PY_EVM, ask, outcome_of, run_native
from zkos.terminal.console import output, say, write_json
from zkos.versions import Fork

GOALS: Final = {EELS: 20.0, PY_EVM: 10.0}
"""So many times as fast as each native is wanted to be."""
_FORK: Final = Fork.PRAGUE
"""Which py-evm has."""
_NATIVE: Final = "native"


def measure(blocks: int, seed: int = 1) -> list[dict[str, Any]]:
    """A row for each engine: all run the same blocks, one after the other.

    Times are of the processor, without making the blocks; witnesses are read anew.
    """
    made = _blocks(blocks, seed)
    seconds = dict.fromkeys((_NATIVE, *GOALS), 0.0)
    transactions = 0
    _native(made[0])  # loads what is compiled
    for known in made:
        transactions += len(known.block.transactions)
        started = time.process_time()
        ours = _native(known)
        seconds[_NATIVE] += time.process_time() - started
        for name in GOALS:
            opinion = ask(name, known)
            if not (ours.succeeded and opinion.outcome.succeeded):
                raise RuntimeError(f"{known.name}: {name} {opinion.outcome.reason}")
            seconds[name] += opinion.seconds
    return [
        {
            "engine": name,
            "blocks": len(made),
            "transactions": transactions,
            "per_cpu_second": round(len(made) / taken, 1),
            "native_is_faster": round(taken / seconds[_NATIVE], 1),
            "goal": GOALS.get(name),
        }
        for name, taken in seconds.items()
    ]


def show(blocks: int, *, json: bool) -> bool:
    """Measure and print; whether the goals are met."""
    rows = measure(blocks)
    if json:
        for row in rows:
            write_json({"bench": "ethereum", **row})
    else:
        table = Table(title="ethereum", title_justify="left", box=None)
        for name in rows[0]:
            table.add_column(name, justify="left" if name == "engine" else "right")
        for row in rows:
            table.add_row(*("" if cell is None else str(cell) for cell in row.values()))
        output().print(table)
    missed = [
        row["engine"]
        for row in rows
        if row["goal"] is not None and row["native_is_faster"] < row["goal"]
    ]
    for name in missed:
        say(f"native is not {GOALS[name]:g} times as fast as {name}")
    return not missed


def _blocks(count: int, seed: int) -> list[KnownBlock]:
    """Blocks that references run in ordinary time: those that all of them accept."""
    made: list[KnownBlock] = []
    number = 0
    while len(made) < count:
        for known in chain(RandomSource((seed << 40) + number), _FORK):
            accepted = (ask(name, known).outcome.succeeded for name in GOALS)
            if all(accepted):
                made.append(known)
        number += 1
    return made[:count]


def _native(known: KnownBlock) -> Outcome:
    """Our OS, from the witness on: nothing that was computed before is kept."""
    witness = replace(known.block.witness)
    fresh = replace(known, block=replace(known.block, witness=witness))
    return outcome_of(run_native(fresh, counts=False), known.block.fork)
