"""`zkos replay`: engines against a recorded tape, or the recording of one."""

import importlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from differential.outcome import Result
from differential.runners.base import Ending, options_of, oracle_of, state_of_case
from zkos.cases.loading import load_case
from zkos.cli import options as opt
from zkos.host.channel import QueryChannel
from zkos.host.profile import Mode, Profile, Quirks, RunOptions
from zkos.host.tape import Player, Recorder, load_tape, save_tape
from zkos.terminal.console import output, say, write_json
from zkos.terminal.errors import (
    EXIT_CLEAN,
    EXIT_DIFFERENCE,
    EXIT_ENGINE_FAILED,
    UserError,
)
from zkos.terminal.files import check_writable, writing
from zkos.terminal.progress import progress
from zkos.versions import DEFAULT

ENGINES: Final = ("cpython", "native", "riscv")
Runner = Callable[[QueryChannel, RunOptions], Ending]


def command(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="TAPE|CASE",
            help="A tape; with --record a case.",
            show_default=False,
        ),
    ],
    engine: opt.EngineNames = None,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record",
            metavar="FILE",
            help="Run the first block of CASE and write its tape.",
            show_default=False,
        ),
    ] = None,
    protocol: opt.ProtocolOption = DEFAULT,
    profile: opt.ProfileOption = Profile.PRODUCTION,
    quirks: opt.QuirksOption = Quirks.NONE,
    mode: opt.ModeOption = Mode.PROVING,
    json: opt.JsonOption = False,
) -> int:
    """Answer the guest from a recorded tape, edited or not; or record one.

    Without --engine: native and riscv. The options must be those of the recording,
    or the guest will ask what the tape does not know.
    """
    options = RunOptions(profile, mode, quirks, report=False, protocol=protocol)
    names = engine or ["native", "riscv"]
    unknown = [name for name in names if name not in ENGINES]
    if unknown:
        raise UserError(f"no engine for tapes: {unknown[0]}; {', '.join(ENGINES)}")
    check_writable(record)
    with progress() as show:
        if record is not None:
            return _record(path, record, names[0], options, show)
        tape = load_tape(path)
        endings = {}
        for name in names:
            show(f"{name}: preparing")
            channel = QueryChannel(Player(tape, strict=True))
            ending = _runner(name)(channel, options)
            if channel.fault is not None:
                ending = replace(ending, result=Result.CRASH, reason=channel.fault)
            endings[name] = ending
    for name, ending in endings.items():
        line = describe(ending)
        if json:
            write_json({"tape": str(path), "engine": name, **line})
        else:
            text = "  ".join(str(value) for value in line.values() if value)
            say(f"{name:8} {text}", to=output())
    results = {(ending.result, ending.public_input) for ending in endings.values()}
    if len(results) > 1:
        return EXIT_DIFFERENCE
    failed = any(result in (Result.CRASH, Result.TIMEOUT) for result, _ in results)
    return EXIT_ENGINE_FAILED if failed else EXIT_CLEAN


def describe(ending: Ending) -> dict[str, str | int | None]:
    """What an engine made of the tape."""
    public_input = ending.public_input
    return {
        "outcome": ending.result.value,
        "public_input": None if public_input is None else f"0x{public_input.hex()}",
        "reason": ending.reason,
        "cycles": ending.cycles,
    }


def _record(
    path: Path,
    target: Path,
    name: str,
    options: RunOptions,
    show: Callable[[str], None],
) -> int:
    case = load_case(path)
    options = options_of(case, 0, options)
    recorder = Recorder(oracle_of(case.blocks[0], state_of_case(case), options))
    show(f"{name}: running {path}")
    ending = _runner(name)(QueryChannel(recorder), options)
    with writing(target):
        save_tape(recorder.tape(), target)
    say(f"{target}: {len(recorder.tape().exchanges)} queries, {ending.result.value}")
    return EXIT_CLEAN


def _runner(name: str) -> Runner:
    run_guest: Runner = importlib.import_module(
        f"differential.runners.{name}"
    ).run_guest
    return run_guest
