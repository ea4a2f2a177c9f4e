"""`zkos fuzz coverage`: the guest's lines that a campaign's inputs reach.

Each target is measured in a process of its own, `python -m fuzz.campaign.coverage
TARGET PARENT OUT FOLDER...`, for an input may end the process that runs it.
"""

import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from rich.table import Table

from differential.reports.page import render
from fuzz.campaign.child import die_with, start
from fuzz.campaign.folder import Folder
from fuzz.corpus import Corpus
from fuzz.coverage.lines import FileLines, Reach, keep_lines, lcov, measure
from fuzz.targets.catalogue import check_target, load_target
from zkos.terminal.console import output, say, write_json
from zkos.terminal.ending import ending
from zkos.terminal.errors import (
    EXIT_BAD_INPUT,
    EXIT_CLEAN,
    EXIT_ENGINE_FAILED,
    EXIT_TOOL_FAILED,
    UserError,
)
from zkos.terminal.files import check_writable, writing
from zkos.terminal.steps import heard

_TELL_EVERY: Final = 200
PACKAGE_PARTS: Final = 3
"""Of the path of a package: `zkos/guest/NAME`."""


def coverage(
    folder: Path,
    targets: Sequence[str],
    inputs: Path | None,
    html: Path | None,
    tracefile: Path | None,
    *,
    as_json: bool,
) -> int:
    """Measure, tell, write; the exit code. Raises UserError."""
    places = list(_places(folder, targets, inputs))
    if inputs is None:
        html = html or folder / "coverage.html"
        tracefile = tracefile or folder / "coverage.info"
    for path in (html, tracefile):
        check_writable(path)
    reach = Reach()
    for target, folders in places:
        code = _measure(target, folders, reach)
        if code != EXIT_CLEAN:
            told = code in (EXIT_BAD_INPUT, EXIT_TOOL_FAILED)
            return code if told else EXIT_ENGINE_FAILED
    if not reach.inputs:
        raise UserError(
            f"{inputs or folder}: no input of {', '.join(t for t, _ in places)}"
        )
    if html is not None:
        title = ", ".join(target for target, _ in places)
        with writing(html):
            html.write_text(page(reach, title), encoding="utf-8")
    if tracefile is not None:
        with writing(tracefile):
            tracefile.write_text(lcov(reach), encoding="utf-8")
    if as_json:
        write_json(_to_json(reach))
    else:
        _show(reach)
    for path in (html, tracefile):
        if path is not None:
            say(f"written to {path}")
    return EXIT_CLEAN


def page(reach: Reach, title: str) -> str:
    """The page: packages, files, and the text of each file."""
    files = list(reach.files())
    return render(
        "coverage.html",
        "fuzz.campaign",
        title=title,
        inputs=reach.inputs,
        packages=list(_packages(files)),
        files=files,
        total=_share(files),
        share=lambda item: _share([item]),
    )


def _places(
    folder: Path, targets: Sequence[str], inputs: Path | None
) -> Iterator[tuple[str, list[Path]]]:
    """Targets and where their inputs are; raises UserError."""
    for name in targets:
        check_target(name)
    if inputs is not None:
        if len(targets) != 1:
            raise UserError("--inputs: --target says whose, one of them")
        if not inputs.is_dir():
            raise UserError(f"--inputs {inputs}: no such folder")
        yield targets[0], [inputs]
        return
    known = Folder(folder).settings().targets
    for name in targets or known:
        if name not in known:
            raise UserError(
                f"{folder}: a campaign on {', '.join(known)}, not on {name}"
            )
        yield name, [folder / name / kind for kind in ("seeds", "corpus")]


def _measure(target: str, folders: Sequence[Path], reach: Reach) -> int:
    """Add what a target's inputs reach; the exit code of its process."""
    with tempfile.TemporaryDirectory(prefix="zkos-coverage-") as place:
        out = Path(place) / "reach.json"
        words = [target, str(os.getpid()), str(out), *map(str, folders)]
        child = start("fuzz.campaign.coverage", *words)
        try:
            code = child.wait()
        finally:
            child.kill()
        if code == EXIT_CLEAN:
            content = json.loads(out.read_text())
            rows = {(path, line): count for path, line, count in content["lines"]}
            reach.add(Reach(content["inputs"], Counter(rows)))
        elif code < 0:
            say(f"zkos: {target}: an input ended the process that ran it")
        return code


def _packages(files: Sequence[FileLines]) -> Iterator[tuple[str, int, int]]:
    """Each package of the guest: its lines reached, and all."""
    sums: dict[str, tuple[int, int]] = {}
    for item in files:
        name = "/".join(item.path.split("/")[:PACKAGE_PARTS])
        reached, known = sums.get(name, (0, 0))
        sums[name] = (reached + item.reached, known + len(item.lines))
    for name, (reached, known) in sums.items():
        yield name, reached, known


def _share(files: Sequence[FileLines]) -> float:
    """Lines reached, of a hundred."""
    known = sum(len(item.lines) for item in files)
    return 100 * sum(item.reached for item in files) / known if known else 0.0


def _show(reach: Reach) -> None:
    files = list(reach.files())
    table = Table("package", box=None, header_style="bold")
    for name in ("reached", "lines", "share"):
        table.add_column(name, justify="right")
    for name, reached, known in _packages(files):
        table.add_row(
            name, f"{reached:,}", f"{known:,}", f"{100 * reached / known:.1f} %"
        )
    output().print(table)
    lines = sum(len(item.lines) for item in files)
    reached = sum(item.reached for item in files)
    text = f"{reached:,} of {lines:,} lines ({_share(files):.1f} %)"
    say(f"{reach.inputs:,} inputs reach {text}", to=output())


def _to_json(reach: Reach) -> dict[str, object]:
    files = {
        item.path: {"lines": len(item.lines), "reached": item.reached}
        for item in reach.files()
    }
    return {"inputs": reach.inputs, "files": files}


def main(arguments: list[str]) -> int:
    """Entry point of the process that measures a target."""
    target, parent, out, *folders = arguments
    die_with(int(parent))
    keep_lines()
    say(f"{target}: a build that counts lines, unless there is one")
    with heard(lambda text: say(f"  {target}: {text}")):
        loaded = load_target(target)
    corpora = [Corpus(Path(folder), loaded.suffix) for folder in folders]
    contents = dict.fromkeys(content for one in corpora for content in one.contents())

    def tell(count: int) -> None:
        if count % _TELL_EVERY == 0:
            say(f"{target}: {count} of {len(contents)} inputs")

    say(f"{target}: running {len(contents)} inputs")
    reach = measure(loaded, contents, tell)
    rows = [[path, line, count] for (path, line), count in reach.counts.items()]
    content = json.dumps({"inputs": reach.inputs, "lines": rows})
    Path(out).write_text(content)
    return EXIT_CLEAN


if __name__ == "__main__":
    sys.exit(ending(lambda: main(sys.argv[1:])))
