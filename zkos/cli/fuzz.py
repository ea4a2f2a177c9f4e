"""`zkos fuzz`: campaigns that run for hours, and what to do with their findings."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Search for inputs on which engines part.", no_args_is_help=True)
DEFAULT_FOLDER = Path("campaign")

FolderOption = Annotated[
    Path,
    typer.Option(
        "--folder",
        "-C",
        metavar="DIR",
        help="Working folder; a campaign that is there is resumed.",
    ),
]
CampaignOption = Annotated[
    Path, typer.Option("--folder", "-C", metavar="DIR", help="The campaign's folder.")
]

JobsOption = Annotated[
    int | None,
    typer.Option("--jobs", "-j", min=1, max=1024, show_default="processors"),
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", min=0, help="Chosen and told if not given.")
]


@app.command("run")
def run(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TARGET]...", help="See `zkos fuzz targets`."),
    ] = None,
    folder: FolderOption = DEFAULT_FOLDER,
    time: Annotated[
        str | None,
        typer.Option(
            "--time",
            metavar="TIME",
            help="90s, 5m or 8h of work, with that before a resume; else no limit. "
            "Preparing (compiling, the first time) is not in it.",
        ),
    ] = None,
    jobs: JobsOption = None,
    seed: SeedOption = None,
    runs: Annotated[
        int | None,
        typer.Option("--runs", min=1, metavar="N", help="Inputs of each worker."),
    ] = None,
    slice_seconds: Annotated[
        float, typer.Option("--slice", min=0.1, metavar="S", help="Time of an input.")
    ] = 20.0,
    memory: Annotated[
        float, typer.Option("--memory", min=0.2, metavar="GB", help="Of a worker.")
    ] = 3.0,
    blind: Annotated[
        float,
        typer.Option(
            "--blind", min=1.0, metavar="S", help="End if nothing was seen by then."
        ),
    ] = 180.0,
    corpus: Annotated[
        Path | None,
        typer.Option(
            "--corpus", metavar="DIR", help="Further inputs, a folder for each target."
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="History lines on standard output.")
    ] = False,
    turns: Annotated[
        str | None,
        typer.Option(
            "--turns",
            metavar="even|yield",
            help="How targets share the time: evenly, or by what they still find.",
            show_default="even; yield with --cluster",
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="ray://HOST:PORT|HOST:PORT|auto",
            help="Workers run on this Ray cluster, one a core, --jobs at most.",
            show_default="this machine",
        ),
    ] = None,
    storage: Annotated[
        str | None,
        typer.Option(
            "--storage",
            metavar="URL",
            help="With --cluster: where all that is found is kept, beside the folder. "
            "A path, or what fsspec knows, as s3://BUCKET/PREFIX.",
        ),
    ] = None,
) -> int:
    """Run a campaign, or go on with the one in the folder.

    --time and --runs are those of the whole campaign: one that is resumed goes on to
    its old limit, or to the new one.
    With -j 1 and --runs a seed gives the same inputs, corpus and findings,
    but for those too slow or too large, which depend on the machine. With more
    workers each has its own stream of choices, yet what they take over from
    each other depends on time: only the files of a finding repeat it.
    """
    from fuzz.campaign.command import Wishes, run_campaign

    wishes = Wishes(
        targets=tuple(targets or ()),
        time=time,
        jobs=jobs,
        seed=seed,
        runs=runs,
        slice_seconds=slice_seconds,
        memory_gigabytes=memory,
        blind_seconds=blind,
        json=json,
        corpus=corpus,
        turns=turns,
        cluster=cluster,
        storage=storage,
    )
    return run_campaign(folder, wishes)


@app.command("night")
def night(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TARGET]...", show_default="all"),
    ] = None,
    folder: Annotated[
        Path,
        typer.Option(
            "--folder", "-C", metavar="DIR", help="Of all nights, with their corpora."
        ),
    ] = Path("night"),
    time: Annotated[
        str, typer.Option("--time", metavar="TIME", help="Of the campaign.")
    ] = "4h",
    jobs: JobsOption = None,
    seed: SeedOption = None,
    mutants: Annotated[
        int, typer.Option("--mutants", min=0, metavar="N", help="Planted faults.")
    ] = 8,
) -> int:
    """Run a campaign on all targets, then all that keeps it honest.

    Corpora are distilled for the next night, a page and a row of history are
    written, some planted faults are hunted. Exit code 1 for findings, or a fault
    that survived.
    """
    from fuzz.campaign.night import Plan
    from fuzz.campaign.night import night as run_night

    return run_night(folder, Plan(targets or (), time, seed, jobs, mutants))


@app.command("targets")
def targets() -> None:
    """List all targets."""
    from fuzz.targets.catalogue import describe

    for name, text in describe():
        typer.echo(f"{name:24}{text}")


@app.command("triage")
def triage(folder: CampaignOption = DEFAULT_FOLDER) -> int:
    """List findings by class, minimise them and name the engine at fault."""
    from fuzz.campaign.triage import triage_all

    return triage_all(folder)


@app.command("replay")
def replay(
    what: Annotated[
        str, typer.Argument(metavar="FINDING|FILE", help="A finding or an input file.")
    ],
    folder: CampaignOption = DEFAULT_FOLDER,
    target: Annotated[
        str | None, typer.Option("--target", "-t", help="For a file: its target.")
    ] = None,
) -> int:
    """Run the input of a finding again: exit code 1 if it is still there."""
    from fuzz.campaign.triage import replay_one

    return replay_one(folder, what, target)


@app.command("coverage")
def coverage(
    folder: CampaignOption = DEFAULT_FOLDER,
    target: Annotated[
        list[str] | None,
        typer.Option(
            "--target",
            "-t",
            metavar="TARGET",
            help="Whose inputs; may be repeated.",
            show_default="all of the campaign",
        ),
    ] = None,
    inputs: Annotated[
        Path | None,
        typer.Option(
            "--inputs", metavar="DIR", help="A folder of inputs, no campaign."
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            metavar="FILE",
            help="The page.",
            show_default="coverage.html of the campaign",
        ),
    ] = None,
    lcov: Annotated[
        Path | None,
        typer.Option(
            "--lcov",
            metavar="FILE",
            help="The tracefile.",
            show_default="coverage.info of the campaign",
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Counts by file on standard output.")
    ] = False,
) -> int:
    """Say which lines of the guest the inputs of a campaign reach.

    They run once more in a build that counts every line; compiling it takes a minute,
    once. Writes a page and a tracefile of lcov.
    """
    from fuzz.campaign.coverage import coverage as measure

    return measure(folder, target or (), inputs, html, lcov, as_json=json)


@app.command("issues")
def issues(
    folder: CampaignOption = DEFAULT_FOLDER,
    markdown: Annotated[
        Path | None,
        typer.Option(
            "--markdown",
            metavar="DIR",
            help="Issue texts.",
            show_default="issues in the campaign",
        ),
    ] = None,
    sarif: Annotated[
        Path | None,
        typer.Option(
            "--sarif",
            metavar="FILE",
            help="The log.",
            show_default="findings.sarif of the campaign",
        ),
    ] = None,
) -> int:
    """Write findings as Markdown issue texts and as SARIF 2.1.0.

    Each has its minimised input, the command that shows it again, the engines, the
    first difference, the engine at fault and what `zkos fuzz bisect` found.
    """
    from fuzz.campaign.after import issues as write

    return write(folder, markdown, sarif)


@app.command("bisect")
def bisect(
    what: Annotated[
        str, typer.Argument(metavar="FINDING|FILE", help="A finding or an input file.")
    ],
    good: Annotated[
        str, typer.Option("--good", metavar="REV", help="A revision without it.")
    ],
    bad: Annotated[
        str, typer.Option("--bad", metavar="REV", help="A later one that has it.")
    ],
    folder: CampaignOption = DEFAULT_FOLDER,
    target: Annotated[
        str | None, typer.Option("--target", "-t", help="For a file: its target.")
    ] = None,
    repository: Annotated[
        Path | None,
        typer.Option(
            "--repository",
            metavar="DIR",
            help="Where the commits are.",
            show_default="this program's",
        ),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(
            "--images",
            metavar="DIR",
            help="Revisions are its images by name; each is compared with native.",
        ),
    ] = None,
) -> int:
    """Find the commit of the tested OS, or the image, that brought a difference.

    Each commit that is asked runs its own code on the input, which may compile first.
    What cannot be asked is passed over and said. The answer is kept with the finding.
    """
    from fuzz.campaign.after import bisect as find

    return find(folder, what, good, bad, target, repository, images)
