"""Options that commands running blocks share, and what they stand for."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from differential.engines import Engine, parse_engines
from differential.session import Session, find_cases
from differential.workers import GIGABYTE, Limits
from zkos.host.context import DataAvailability
from zkos.host.profile import Mode, Profile, Quirks, RunOptions
from zkos.versions import Fork, Instance, Protocol

Cases = Annotated[
    list[Path],
    typer.Argument(
        metavar="CASE|DIR...",
        help="Case files, or folders of them.",
        show_default=False,
    ),
]
EngineNames = Annotated[
    list[str] | None,
    typer.Option(
        "--engine",
        "-e",
        metavar="NAME",
        help="One of those `zkos engines` lists; may be repeated.",
        show_default=False,
    ),
]
ProfileOption = Annotated[
    Profile, typer.Option("--profile", help="Which features the OS has.")
]
DaOption = Annotated[
    DataAvailability | None,
    typer.Option(
        "--da",
        help="Where pubdata goes, whatever the blocks say.",
        show_default="as the block says, else keccak",
    ),
]
BatchOption = Annotated[
    bool,
    typer.Option("--batch", help="Run the blocks of each case as one batch, too."),
]
QuirksOption = Annotated[
    Quirks, typer.Option("--quirks", help="Reproduce upstream's faults or not.")
]
ModeOption = Annotated[
    Mode,
    typer.Option("--mode", help="Whether native and cpython verify the oracle."),
]
ProtocolOption = Annotated[
    Protocol,
    typer.Option("--protocol", help="Whose rules hold where a case names none."),
]
InstanceOption = Annotated[
    Instance,
    typer.Option(
        "--instance",
        help="Whose state transition: ZKsync OS's, or Ethereum's own on its blocks.",
    ),
]
FileInstanceOption = Annotated[
    Instance | None,
    typer.Option(
        "--instance",
        help="Whose state transition, where files must be of this one.",
        show_default="as the files say",
    ),
]
ForkOption = Annotated[
    Fork, typer.Option("--fork", help="Of a build of the Ethereum instance.")
]
ImageOption = Annotated[
    Path | None,
    typer.Option(
        "--image",
        metavar="PATH",
        help="An RV32IM image to run as one more engine.",
        show_default=False,
    ),
]
JobsOption = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        min=1,
        max=1024,
        metavar="N",
        help="Engines at work at once.",
        show_default="processors",
    ),
]
TimeOption = Annotated[
    float,
    typer.Option(
        "--time", min=0.001, metavar="S", help="Seconds an engine has for a block."
    ),
]
MemoryOption = Annotated[
    float,
    typer.Option(
        "--memory", min=0.1, metavar="GB", help="Memory an engine may occupy."
    ),
]
JsonOption = Annotated[
    bool,
    typer.Option("--json", help="One JSON object a block on standard output."),
]
HtmlOption = Annotated[
    Path | None,
    typer.Option(
        "--html", metavar="FILE", help="Write the run as a page.", show_default=False
    ),
]
JunitOption = Annotated[
    Path | None,
    typer.Option(
        "--junit", metavar="FILE", help="Write JUnit XML.", show_default=False
    ),
]
SimulateOption = Annotated[
    bool,
    typer.Option("--simulate", help="Execute without validating signatures and fees."),
]
ExtraPrecompilesOption = Annotated[
    bool,
    typer.Option(
        "--extra-precompiles",
        help="Install BLAKE2F and point evaluation, which production lacks.",
    ),
]
DEFAULT_SECONDS = 600.0
DEFAULT_GIGABYTES = 6.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run, checked."""

    cases: list[Path]
    engines: list[Engine]
    options: RunOptions
    limits: Limits
    jobs: int
    batch: bool = False
    """Run the blocks of each case as one batch, too."""

    def session(self) -> Session:
        """Engines ready to run it."""
        return Session(
            self.engines, self.options, self.limits, self.jobs, batch=self.batch
        )


def make_plan(
    cases: Sequence[Path],
    engines: Sequence[str],
    image: Path | None,
    options: RunOptions,
    *,
    jobs: int | None,
    seconds: float,
    gigabytes: float,
    batch: bool = False,
) -> Plan:
    """Check everything that can be checked before a run; raises UserError."""
    parsed = parse_engines(engines, image)
    return Plan(
        cases=find_cases(cases),
        engines=parsed,
        options=options,
        limits=Limits(seconds, int(gigabytes * GIGABYTE)),
        jobs=jobs or len(os.sched_getaffinity(0)),
        batch=batch,
    )
