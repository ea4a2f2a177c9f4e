"""Traces shown: the steps of one, or the step at which two part."""

import json
import sys
from collections.abc import Sequence

from differential.trace import Trace, json_lines, step_to_json
from differential.trace_diff import Split, describe_step
from zkos.terminal.console import output, say
from zkos.terminal.errors import UserError


def write_steps(trace: Trace, transaction: int | None) -> None:
    """A line of JSON for each step. UserError if there is none."""
    lines = 0
    for line in json_lines(trace, transaction):
        sys.stdout.write(line + "\n")
        lines += 1
    if not lines:
        outcome = trace.outcome
        raise UserError(f"nothing to trace: {outcome.result.value} {outcome.reason}")


def say_split(
    engines: Sequence[str], traces: tuple[Trace, Trace], split: Split | None
) -> None:
    """What two engines agreed on last, and what each has then."""
    if split is None:
        count = len(traces[0].steps)
        say(f"the traces agree, {count} steps", "green", to=output())
        return
    for step in split.context:
        say(f"  {describe_step(step)}", to=output())
    for line in split.describe():
        say(line, "red", to=output())
    width = max(len(engine) for engine in engines)
    for engine, trace, value in zip(engines, traces, split.values, strict=True):
        shown = hex(value) if type(value) is int else _text(value)
        say(f"  {engine:{width}}  {split.field} = {shown}", to=output())
        steps = [s for s in trace.steps if s.transaction == split.transaction]
        if split.index < len(steps):
            line = json.dumps(step_to_json(steps[split.index]))
            say(f"  {engine:{width}}  {line}", to=output())


def _text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
