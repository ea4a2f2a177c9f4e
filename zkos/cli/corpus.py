"""`zkos corpus`: keep what is worth keeping, move it, hand it on."""

from pathlib import Path
from typing import Annotated, Any

import typer

from zkos.cli.console import say
from zkos.cli.errors import UserError

app = typer.Typer(help="Work with corpora of fuzz targets.", no_args_is_help=True)

TargetOption = Annotated[
    str, typer.Option("--target", "-t", metavar="TARGET", help="Whose inputs.")
]
Source = Annotated[
    Path, typer.Argument(metavar="DIR", help="A folder of inputs, or a campaign.")
]
DEFAULT_TARGET = "block_differential"


@app.command("min")
def minimise(
    folder: Source,
    target: TargetOption = DEFAULT_TARGET,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Else the folder itself."),
    ] = None,
) -> int:
    """Keep the smallest inputs that together reach all that is reached."""
    from fuzz.corpus import Corpus, distil

    loaded = _load(target)
    corpus = Corpus(_inputs(folder, target), loaded.suffix)
    names = corpus.names()
    kept = distil(loaded, list(corpus.contents()))
    place = Corpus(out or corpus.folder, loaded.suffix)
    wanted = {place.add(content) for content in kept}
    if place.folder == corpus.folder:
        for name in names:
            if name not in wanted:
                corpus.remove(name)
    say(f"{len(names)} inputs, {len(wanted)} kept in {place.folder}")
    return 0


@app.command("merge")
def merge(
    into: Annotated[Path, typer.Argument(metavar="INTO")],
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...")],
    target: TargetOption = DEFAULT_TARGET,
) -> int:
    """Add to a corpus what others have and it does not reach."""
    from fuzz.corpus import Corpus
    from fuzz.coverage.engine import Hooks, Search

    loaded = _load(target)
    corpus = Corpus(_inputs(into, target), loaded.suffix)
    search: Search[Any] = Search(loaded, 0)
    for content in list(corpus.contents()):
        search.offer(content)
    search.hooks = Hooks(keep=lambda _, content: _ignore(corpus.add(content)))
    added = 0
    for folder in folders:
        for content in Corpus(_inputs(folder, target), loaded.suffix).contents():
            try:
                added += search.offer(content)
            except ValueError:
                continue
    say(f"{added} inputs added to {corpus.folder}")
    return 0


@app.command("import")
def import_inputs(
    place: Annotated[Path, typer.Argument(metavar="DIR|ZIP|FILE")],
    into: Annotated[Path, typer.Argument(metavar="INTO")],
    target: TargetOption = DEFAULT_TARGET,
) -> int:
    """Take over inputs from elsewhere: any folder or archive."""
    from fuzz.corpus import Corpus, import_from

    if not place.exists():
        raise UserError(f"{place}: no such file or folder")
    loaded = _load(target)
    corpus = Corpus(_inputs(into, target), loaded.suffix)
    taken = left = 0
    for content in import_from(place):
        try:
            loaded.decode(content)
        except ValueError:
            left += 1
            continue
        corpus.add(content)
        taken += 1
    say(f"{taken} inputs taken over, {left} files are none of {target}")
    return 0


@app.command("export")
def export(
    folder: Source,
    out: Annotated[Path, typer.Argument(metavar="ZIP")],
    target: TargetOption = DEFAULT_TARGET,
) -> int:
    """Write a seed corpus as a zip archive, as OSS-Fuzz takes it."""
    from fuzz.corpus import Corpus, export_zip

    loaded = _load(target)
    corpus = Corpus(_inputs(folder, target), loaded.suffix)
    count = export_zip(corpus.contents(), loaded.suffix, out)
    say(f"{count} inputs in {out}")
    return 0


def _load(name: str) -> Any:
    from fuzz.targets.catalogue import UnknownTarget, load_target

    try:
        return load_target(name)
    except UnknownTarget as error:
        raise UserError(str(error)) from error


def _inputs(folder: Path, target: str) -> Path:
    """The corpus of a target in a campaign's folder, or the folder itself."""
    within = folder / target / "corpus"
    return within if within.is_dir() else folder


def _ignore(_: object) -> None:
    pass
