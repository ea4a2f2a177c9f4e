"""`zkos fuzz issues` and `zkos fuzz bisect`: from findings to those who mend them."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from fuzz.campaign.folder import Folder
from fuzz.campaign.issues import told, write_issues, write_sarif
from fuzz.campaign.revisions import (
    ROOT,
    Brought,
    bisect_commits,
    bisect_images,
    save_brought,
)
from zkos.terminal.console import output, say
from zkos.terminal.errors import EXIT_CLEAN, UserError
from zkos.terminal.files import writing


def issues(path: Path, markdown: Path | None, sarif: Path | None) -> int:
    """Write issue texts and the log; the exit code."""
    folder = Folder(path)
    folder.settings()
    rows = told(folder)
    place = markdown or path / "issues"
    log = sarif or path / "findings.sarif"
    with writing(place):
        written = write_issues(rows, place)
        write_sarif(rows, log, version("zkos"))
    for row, file in zip(rows, written, strict=True):
        say(f"{file}  {row.finding.problem.title}", to=output())
    say(f"{log}  {len(rows)} results", to=output())
    return EXIT_CLEAN


def bisect(
    path: Path,
    what: str,
    good: str,
    bad: str,
    target: str | None,
    repository: Path | None,
    images: Path | None,
    options: Sequence[str] = (),
) -> int:
    """Find the revision that brought a difference and tell it; the exit code."""
    file, name, target = _input(Folder(path), what, target)
    if images is not None:
        brought = bisect_images(images, good, bad, file, options)
    else:
        place = repository or ROOT
        brought = bisect_commits(place, good, bad, file, target, name)
    _tell(brought)
    if name is not None:
        with writing(path):
            save_brought(Folder(path), name, brought)
    return EXIT_CLEAN


def _input(
    folder: Folder, what: str, target: str | None
) -> tuple[Path, str | None, str]:
    """The input, the finding's name if it is one's, and the target."""
    if Path(what).is_file():
        return Path(what), None, target or "block_differential"
    found = (item for item in folder.findings() if item.name.startswith(what))
    finding = next(found, None)
    if finding is None:
        raise UserError(f"{what}: neither a file nor a finding in {folder.path}")
    path = folder.input_path(finding.name, minimised=True)
    path = path or folder.input_path(finding.name)
    if path is None:
        raise UserError(f"{finding.name}: `zkos fuzz triage` must make its input first")
    return path, finding.name, finding.target


def _tell(brought: Brought) -> None:
    say(f"brought by {brought.subject}", to=output())
    say(f"    last without it: {brought.before}", to=output())
    for revision in brought.between:
        say(f"    or by {revision}, which cannot be asked", to=output())
    say(f"    {brought.asked} revisions asked", to=output())
