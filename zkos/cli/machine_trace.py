"""The RISC-V side of `zkos trace`: instructions, oracle words, guest calls."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from differential.engines import Engine
from differential.machine_diff import (
    CYCLE_LIMIT,
    CallSplit,
    GuestCall,
    MachineSubject,
    WordSplit,
    first_call_split,
    first_word_split,
    sender_of_word,
)
from differential.runners import riscv
from differential.runners.base import prepare
from zkos.compiler.build import BuildError
from zkos.compiler.errors import CompileError
from zkos.compiler.image import Program
from zkos.compiler.line_build import build_lines
from zkos.compiler.lines import LineTable, describe_address
from zkos.compiler.link import WORD, LinkedImage
from zkos.compiler.native import describe_site
from zkos.compiler.start import Layout, start_code
from zkos.compiler.variant import PLAIN, TRACE
from zkos.host.case import Block
from zkos.host.channel import WordChannel
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState
from zkos.machine.engines import native_engine
from zkos.machine.execution import MachineResult, Stop
from zkos.machine.machine import Machine
from zkos.machine.trace import Locate, format_step, trace_machine
from zkos.terminal.console import output, say
from zkos.terminal.errors import EXIT_CLEAN, UserError
from zkos.terminal.progress import progress
from zkos.versions import Build


def show_machine(
    block: Block,
    state: ChainState,
    options: RunOptions,
    around: int | None,
    count: int,
) -> int:
    """Print the instructions around a cycle, or the last ones."""
    program, lines = _explained(Build(options.protocol))
    image = program.image((options.word(),))
    machine = Machine(native_engine())
    if around is None:
        channel = WordChannel(prepare(block, state, options), ())
        done = machine.run(image, channel, CYCLE_LIMIT)
        around = done.cycles
        say(_ending(done, program, lines), to=output())
    columns = (locator(program.linked), lines.line)
    execution = machine.load(image, WordChannel(prepare(block, state, options), ()))
    try:
        for step in trace_machine(execution, max(0, around - count // 2), count):
            say(format_step(step, *columns), to=output())
        execution.finish()
    finally:
        execution.buffers.close()
    return EXIT_CLEAN


def _explained(build: Build) -> tuple[Program, LineTable]:
    """The OS as an image, and its lines. Raises UserError."""
    with progress() as show:
        try:
            program = riscv.program(build, show)
            return program, build_lines(program, show)
        except (CompileError, BuildError) as error:
            raise UserError(str(error)) from error


def _build(options: RunOptions, *, foreign: bool) -> Build:
    """Beside a foreign image ours does not trace, as that says nothing of steps."""
    return Build(options.protocol, variant=PLAIN if foreign else TRACE)


def locator(linked: LinkedImage) -> Locate:
    """Function and offset of an address of code, also of the start-up code."""
    functions = sorted([*start_code(Layout()).functions, *linked.functions])

    def locate(pc: int) -> str:
        number = bisect_right(functions, pc, key=lambda function: function[0]) - 1
        start, size, name = functions[number]
        return f"{name}+{pc - start:#x}" if pc < start + size else ""

    return locate


def _ending(done: MachineResult, program: Program, lines: LineTable) -> str:
    text = done.describe()
    if done.reason is Stop.ABORTED:
        text += f": {describe_site(program.sites, done.registers[10])}"
    elif done.reason is not Stop.FINISHED:
        text += f" in {describe_address(program.linked, lines, done.pc)}"
    return text


def show_word_split(
    engines: Sequence[Engine], block: Block, state: ChainState, options: RunOptions
) -> bool:
    """Print the first different oracle word and guest call; whether there is one."""
    foreign = any(engine.kind == "image" for engine in engines)
    left, right = (
        _subject(engine, block, state, options, foreign=foreign) for engine in engines
    )
    split = first_word_split(left, right)
    if split is None:
        say("the oracle words agree", "green", to=output())
        return False
    text = f"first different oracle word: {split.index}, {split.place}"
    say(text, "red", to=output())
    # Only now: lines take a build of their own, and most runs do not part.
    _, lines = _explained(_build(options, foreign=foreign))
    subjects = [
        subject if engine.kind == "image" else replace(subject, lines=lines)
        for engine, subject in zip(engines, (left, right), strict=True)
    ]
    _say_words(subjects, split)
    if not foreign:
        _say_calls(subjects, first_call_split(left, right, split))
    return True


def _say_words(subjects: Sequence[MachineSubject], split: WordSplit) -> None:
    """Who sends what, and from where."""
    for subject, value in zip(subjects, split.values, strict=True):
        shown = "no more"
        if value is not None:
            shown = f"{value:#010x}  {sender_of_word(subject, split.index)}"
        say(f"  {subject.name}  {shown}", to=output())


def _subject(
    engine: Engine,
    block: Block,
    state: ChainState,
    options: RunOptions,
    *,
    foreign: bool,
) -> MachineSubject:
    """An image with a fresh host; beside a foreign one, ours says no more than it."""
    options = engine.options(options)
    if engine.kind == "image":
        image = Path(engine.argument).read_bytes()
        linked = LinkedImage(image, {}, [], {})
    else:
        if foreign:
            options = replace(options, report=False)
        program = riscv.program(_build(options, foreign=foreign))
        image, linked = program.image((options.word(),)), program.linked
    return MachineSubject(
        engine.name,
        image,
        linked,
        native_engine(),
        lambda: prepare(block, state, options),
    )


def _say_calls(subjects: Sequence[MachineSubject], split: CallSplit | None) -> None:
    if split is None:
        say("the guest calls before it agree", to=output())
        return
    if split.last_common is not None:
        text = _call_text(subjects[0], split.last_common)
        say(f"last common guest call: {text}", to=output())
    say("first different guest call:", "red", to=output())
    for subject, call in zip(subjects, split.calls, strict=True):
        shown = "none" if call is None else _call_text(subject, call)
        say(f"  {subject.name}  {shown}", to=output())


def _call_text(subject: MachineSubject, call: GuestCall) -> str:
    """What is called when, and the line of the call that will be returned to."""
    text = f"{call.function} at cycle {call.cycle}"
    caller = subject.place(call.return_address - WORD)
    return f"{text}, called in {caller}" if caller else text
