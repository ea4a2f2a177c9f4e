"""`zkos trace`: a block step by step, or the step at which two engines part."""

from pathlib import Path
from typing import Annotated

import typer

from differential.engines import Engine, parse_engines
from differential.ethereum.files import common_instance
from differential.runners.base import options_of, state_after, state_of_case
from differential.session import CASE_SUFFIXES
from differential.trace import TRACERS, Trace, tracer_for
from differential.trace_diff import first_split
from zkos.cases.loading import load_case
from zkos.cli import options as opt
from zkos.cli.splits import say_split, write_steps
from zkos.host.case import Block, Case
from zkos.host.profile import Mode, Profile, Quirks, RunOptions
from zkos.host.state import ChainState
from zkos.terminal.errors import EXIT_CLEAN, EXIT_DIFFERENCE, UserError
from zkos.terminal.progress import progress
from zkos.versions import DEFAULT, Instance

CaseArgument = Annotated[
    Path, typer.Argument(metavar="CASE", help="A case file.", show_default=False)
]
EngineOption = Annotated[
    str, typer.Option("--engine", "-e", metavar="NAME", help="Which engine to trace.")
]
BlockOption = Annotated[
    int, typer.Option("--block", min=0, metavar="N", help="Which block of a chain.")
]
TransactionOption = Annotated[
    int | None,
    typer.Option("--tx", min=0, metavar="N", help="Only this transaction."),
]
DiffOption = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--diff",
        metavar="A B",
        help="Find the first step at which two engines part.",
        show_default=False,
    ),
]
AroundOption = Annotated[
    int | None,
    typer.Option(
        "--around",
        min=0,
        metavar="CYCLE",
        help="Middle of the machine trace; its end by default.",
        show_default=False,
    ),
]


def command(
    case: CaseArgument,
    engine: EngineOption = "native",
    block: BlockOption = 0,
    tx: TransactionOption = None,
    memory: Annotated[
        bool, typer.Option("--memory", help="Show memory at every step.")
    ] = False,
    diff: DiffOption = None,
    machine: Annotated[
        bool, typer.Option("--machine", help="Trace RISC-V instructions instead.")
    ] = False,
    around: AroundOption = None,
    count: Annotated[
        int, typer.Option("--count", min=1, metavar="N", help="Instructions to show.")
    ] = 40,
    protocol: opt.ProtocolOption = DEFAULT,
    instance: opt.FileInstanceOption = None,
    profile: opt.ProfileOption = Profile.PRODUCTION,
    da: opt.DaOption = None,
    quirks: opt.QuirksOption = Quirks.NONE,
    mode: opt.ModeOption = Mode.PROVING,
    extra_precompiles: opt.ExtraPrecompilesOption = False,
) -> int:
    """Trace a block as EIP-3155 lines, or show where two engines part.

    Traced can be: native, riscv, cpython, py_evm. With --diff, memory is compared
    too; for two RISC-V images the first different oracle word and guest call follow.
    """
    if common_instance([case], instance, CASE_SUFFIXES) is Instance.ETHEREUM:
        from zkos.cli import ethereum_trace

        chosen = (protocol, profile, quirks)
        zk_only = (da, machine, around, extra_precompiles)
        if any(zk_only) or chosen != (DEFAULT, Profile.PRODUCTION, Quirks.NONE):
            raise UserError(ethereum_trace.ZK_ONLY)
        if diff is not None:
            wanted = RunOptions(mode=mode, trace_memory=True)
            return ethereum_trace.show_split(case, block, diff, wanted)
        wanted = RunOptions(mode=mode, trace_memory=memory)
        return ethereum_trace.show(case, block, tx, engine, wanted)
    options = RunOptions(
        profile,
        mode,
        quirks,
        extra_precompiles=extra_precompiles,
        trace_memory=memory,
        da=da,
        protocol=protocol,
    )
    found = load_case(case)
    if block >= len(found.blocks):
        raise UserError(f"{case}: there is no block {block}")
    if tx is not None and tx >= len(found.blocks[block].transactions):
        raise UserError(f"{case}: there is no transaction {tx}")
    if machine:
        from zkos.cli.machine_trace import show_machine

        state = _state_before(found, block, options)
        options = options_of(found, block, options)
        return show_machine(found.blocks[block], state, options, around, count)
    engines = parse_engines(diff or (engine,))
    state = _state_before(found, block, options)
    options = options_of(found, block, options)
    if diff is None:
        write_steps(_trace(engines[0], found.blocks[block], state, options), tx)
        return EXIT_CLEAN
    return _show_split(engines, found.blocks[block], state, options)


def _state_before(case: Case, block: int, options: RunOptions) -> ChainState:
    """The state a block of a chain runs on, from the native engine."""
    from differential.runners import native

    state = state_of_case(case)
    for index in range(block):
        asked = options_of(case, index, options)
        outcome = native.run_block(case.blocks[index], state, asked)
        if not outcome.succeeded:
            reason = outcome.reason
            raise UserError(f"block {index} before it does not succeed: {reason}")
        state = state_after(state, outcome)
    return state


def _trace(
    engine: Engine, block: Block, state: ChainState, options: RunOptions
) -> Trace:
    tracer = tracer_for(engine)
    if tracer is None:
        known = ", ".join(TRACERS)
        raise UserError(f"engine {engine.name} cannot be traced, only {known}")
    with progress() as show:
        show(f"tracing {engine.name}")
        return tracer(block, state, options)


def _show_split(
    engines: list[Engine], block: Block, state: ChainState, options: RunOptions
) -> int:
    from dataclasses import replace

    different = False
    if all(tracer_for(engine) is not None for engine in engines):
        wanted = replace(options, trace_memory=True)
        one, two = (_trace(engine, block, state, wanted) for engine in engines)
        split = first_split(one.steps, two.steps)
        say_split([engine.name for engine in engines], (one, two), split)
        different = split is not None
    if all(engine.kind in ("riscv", "image") for engine in engines):
        from zkos.cli.machine_trace import show_word_split

        different = show_word_split(engines, block, state, options) or different
    return EXIT_DIFFERENCE if different else EXIT_CLEAN
