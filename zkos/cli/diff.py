"""`zkos diff`: cases on several engines, compared layer by layer."""

from rich.text import Text

from differential.compare import failed
from differential.ethereum.files import common_instance
from differential.explain import count_layers, explain
from differential.outcome import Outcome
from differential.session import CASE_SUFFIXES, BlockResult
from zkos.cli import options as opt
from zkos.cli.answers import engine_line
from zkos.cli.execution import Files, execute
from zkos.host.profile import Mode, Profile, Quirks, RunOptions
from zkos.terminal.console import output, say
from zkos.terminal.errors import UserError
from zkos.versions import DEFAULT, Instance

DEFAULT_ENGINES = ("native", "riscv")


def command(
    cases: opt.Cases,
    engine: opt.EngineNames = None,
    protocol: opt.ProtocolOption = DEFAULT,
    instance: opt.FileInstanceOption = None,
    profile: opt.ProfileOption = Profile.PRODUCTION,
    da: opt.DaOption = None,
    batch: opt.BatchOption = False,
    quirks: opt.QuirksOption = Quirks.NONE,
    mode: opt.ModeOption = Mode.PROVING,
    image: opt.ImageOption = None,
    jobs: opt.JobsOption = None,
    time: opt.TimeOption = opt.DEFAULT_SECONDS,
    memory: opt.MemoryOption = opt.DEFAULT_GIGABYTES,
    extra_precompiles: opt.ExtraPrecompilesOption = False,
    html: opt.HtmlOption = None,
    junit: opt.JunitOption = None,
    json: opt.JsonOption = False,
) -> int:
    """Run cases on several engines and show the first difference.

    Without --engine: native and riscv.
    """
    if common_instance(cases, instance, CASE_SUFFIXES) is Instance.ETHEREUM:
        from zkos.cli import ethereum

        chosen = (protocol, profile, quirks)
        zk_only = (batch, da, html, junit, extra_precompiles)
        if any(zk_only) or chosen != (DEFAULT, Profile.PRODUCTION, Quirks.NONE):
            raise UserError(ethereum.ZK_ONLY)
        return ethereum.execute(
            cases,
            engine or DEFAULT_ENGINES,
            RunOptions(mode=mode),
            image=image,
            as_json=json,
            in_full=False,
        )
    plan = opt.make_plan(
        cases,
        engine or DEFAULT_ENGINES,
        image,
        RunOptions(
            profile,
            mode,
            quirks,
            extra_precompiles=extra_precompiles,
            da=da,
            protocol=protocol,
        ),
        jobs=jobs,
        seconds=time,
        gigabytes=memory,
        batch=batch,
    )
    return execute(plan, show, as_json=json, files=Files(html, junit))


def show(result: BlockResult) -> None:
    """The lines of one block: engines, layers, the difference."""
    outcome = result.outcome
    say(title(result), "bold", to=output())
    width = max(len(name) for name in (*outcome.engines, *result.without))
    for name, item in outcome.engines.items():
        style = "red" if failed(item) else None
        say(f"  {name:{width}}  {engine_line(item)}", style, to=output())
    for name, reason in result.without.items():
        say(f"  {name:{width}}  no answer: {reason}", "yellow", to=output())
    answers = {name: o for name, o in outcome.engines.items() if not failed(o)}
    difference = outcome.difference
    pairs = [(next(iter(answers)), other) for other in list(answers)[1:]]
    if difference is not None and outcome.expected is None:
        pairs += [difference.engines] if difference.engines not in pairs else []
    for one, two in pairs:
        _show_layers(one, two, answers)
    sides = outcome.sides()
    if difference is not None and sides is not None:
        for line in explain(*sides, difference):
            say(f"  {line}", "red", to=output())


def title(result: BlockResult) -> str:
    """Case and, in a chain, block."""
    if result.outcome.batch is not None:
        return f"{result.outcome.case} [batch]"
    block = result.outcome.block
    return result.outcome.case if block is None else f"{result.outcome.case} [{block}]"


def _show_layers(first: str, other: str, outcomes: dict[str, Outcome]) -> None:
    say(f"  {first} and {other}", to=output())
    for count in count_layers(outcomes[first], outcomes[other]):
        line = Text(f"    {count.layer:16} ")
        if count.different:
            line.append(f"{count.different} of {count.values} differ", "red")
        else:
            line.append(f"{count.values} equal", "green")
        output().print(line)
