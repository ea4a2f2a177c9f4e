"""`zkos scenario`: whether a scenario gives the same on ZKsync OS and on Ethereum."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from differential.verdict import Report, Status, judge
from zkos.cases.loading import load_scenario
from zkos.cases.scenarios.reading import Scenario
from zkos.cli import options as opt
from zkos.cli.execution import build_engines
from zkos.host.profile import Mode, Profile, Quirks, RunOptions
from zkos.terminal.console import output, say, write_json
from zkos.terminal.errors import UserError
from zkos.versions import DEFAULT

DEFAULT_ENGINES = ("native", "py_evm")
_STYLES = {Status.MATCH: "green", Status.DIVERGENCE: "red", Status.ERROR: "yellow"}


def command(
    scenario: Annotated[
        Path,
        typer.Argument(
            metavar="SCENARIO",
            help="A YAML or JSON file; - is standard input.",
            show_default=False,
        ),
    ],
    engine: opt.EngineNames = None,
    protocol: opt.ProtocolOption = DEFAULT,
    profile: Annotated[
        Profile | None,
        typer.Option(
            "--profile",
            help="Which features the OS has.",
            show_default="as the scenario says, else replay",
        ),
    ] = None,
    quirks: opt.QuirksOption = Quirks.NONE,
    mode: opt.ModeOption = Mode.PROVING,
    image: opt.ImageOption = None,
    time: opt.TimeOption = opt.DEFAULT_SECONDS,
    memory: opt.MemoryOption = opt.DEFAULT_GIGABYTES,
    extra_precompiles: opt.ExtraPrecompilesOption = False,
    json: opt.JsonOption = False,
) -> int:
    """Run a scenario on two engines and say whether they agree.

    Without --engine: those the scenario names, else native and py_evm. Exit codes: 0
    match, 1 divergence (or what the scenario declares did not happen), 2 error.
    """
    try:
        report = _report(
            scenario,
            engine,
            image,
            profile,
            RunOptions(
                mode=mode,
                quirks=quirks,
                extra_precompiles=extra_precompiles,
                protocol=protocol,
            ),
            seconds=time,
            gigabytes=memory,
        )
    except UserError as error:
        if not json:
            raise
        report = Report(Status.ERROR, error=str(error))
    if json:
        write_json(report.to_json())
    else:
        _show(report)
    return report.exit_code


def _report(
    path: Path,
    engines: list[str] | None,
    image: Path | None,
    profile: Profile | None,
    options: RunOptions,
    *,
    seconds: float,
    gigabytes: float,
) -> Report:
    scenario: Scenario = load_scenario(path)
    plan = opt.make_plan(
        [path],
        engines or scenario.engines or DEFAULT_ENGINES,
        image,
        replace(options, profile=profile or scenario.profile),
        jobs=None,
        seconds=seconds,
        gigabytes=gigabytes,
    )
    build_engines(plan)
    with plan.session() as session:
        return judge(scenario, list(session.run(plan.cases)))


def _show(report: Report) -> None:
    """The steps and the verdict."""
    for step in report.steps:
        mark = "success" if step.success else "failure"
        gas = "" if step.gas_used is None else f"  {step.gas_used:,} gas"
        say(f"{mark}  {step.description}{gas}", to=output())
    for line in report.broken:
        say(line, "red", to=output())
    error = "" if report.error is None else f": {report.error}"
    say(f"{report.status.value}{error}", _STYLES[report.status], to=output())
