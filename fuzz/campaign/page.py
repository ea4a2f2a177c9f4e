"""A campaign as one HTML page without scripts: curves, targets, findings."""

import time
from collections.abc import Callable, Iterable
from html import escape
from typing import Any, Final

from fuzz.campaign.curves import Curve, draw
from fuzz.campaign.folder import Finding, Folder
from fuzz.campaign.summary import Summary, summarise, validity

_STYLE: Final = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem;
  padding: 0 1rem; color: #1b1f24; background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left;
  padding: .3rem .6rem; border-bottom: 1px solid #d8dee4; vertical-align: top }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
code, pre { font: 13px ui-monospace, monospace } pre { background: #f3f5f7;
  padding: .6rem; overflow-x: auto; margin: .3rem 0 }
.curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(26rem, 1fr));
  gap: 1rem } .none { color: #1a7f37 } .some { color: #b42318 }
svg { width: 100%; height: auto } figure { margin: 0 }
"""
_COLOURS: Final = ("#0b62b8", "#b35900", "#1a7f37", "#7a3fb0", "#b42318", "#5b6470")
_MOST_VALUE: Final = 400


def page(folder: Folder) -> str:
    """The page; FolderError if there is no campaign."""
    settings = folder.settings()
    history = folder.history()
    seconds = float(history[-1]["seconds"]) if history else 0.0
    summary = summarise(folder, seconds, [])
    findings = list(folder.findings())
    parts = [
        "<h1>Fuzzing campaign</h1>",
        (
            f"<p>Seed {settings.seed}, {settings.jobs} workers, "
            f"{seconds / 3600:.2f} h, {summary.total.executions} executions, "
            f"{_count(findings)}.</p>"
        ),
        "<h2>Over time</h2>",
        _curves(history, list(settings.targets)),
        "<h2>Targets</h2>",
        _targets(summary),
        "<h2>Findings</h2>",
        _findings(folder, findings),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Fuzzing campaign, seed {settings.seed}</title>"
        f"<style>{_STYLE}</style></head><body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _count(findings: list[Finding]) -> str:
    if not findings:
        return '<span class="none">no findings</span>'
    return f'<span class="some">{len(findings)} findings</span>'


def _curves(history: list[dict[str, Any]], targets: list[str]) -> str:
    kinds: tuple[tuple[str, Callable[[dict[str, Any]], float]], ...] = (
        ("Counters covered", lambda row: row["coverage"]),
        ("Features", lambda row: row["features"]),
        ("Executions", lambda row: row["executions"]),
        ("Inputs kept", lambda row: row["entries"]),
    )
    drawn = [
        draw(
            title,
            [
                _curve(history, name, number, read)
                for number, name in enumerate(targets)
            ],
        )
        for title, read in kinds
    ]
    figures = "\n".join(f"<figure>{item}</figure>" for item in drawn)
    return f'<div class="curves">{figures}</div>'


def _curve(
    history: list[dict[str, Any]],
    name: str,
    number: int,
    read: Callable[[dict[str, Any]], float],
) -> Curve:
    points = [
        (float(row["seconds"]), float(read(row["targets"][name])))
        for row in history
        if name in row.get("targets", {})
    ]
    return Curve(name, _COLOURS[number % len(_COLOURS)], points)


def _targets(summary: Summary) -> str:
    rows = [
        (
            name,
            item.executions,
            f"{item.executions / item.seconds:.0f}" if item.seconds else "-",
            item.coverage,
            item.features,
            item.entries,
            validity(item).removeprefix("valid: "),
        )
        for name, item in summary.targets.items()
    ]
    titles = ("target", "executions", "per second", "coverage", "features", "corpus")
    return _table((*titles, "valid"), rows)


def _table(titles: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> str:
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{' class=n' if _is_number(cell) else ''}>{escape(str(cell))}</td>"
            for cell in row
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _is_number(cell: Any) -> bool:
    return str(cell).replace(".", "").isdigit()


def _findings(folder: Folder, findings: list[Finding]) -> str:
    if not findings:
        return '<p class="none">None.</p>'
    kinds = sorted({finding.problem.kind for finding in findings})
    parts = []
    for kind in kinds:
        alike = [finding for finding in findings if finding.problem.kind == kind]
        parts.append(f"<h3>{escape(kind)} ({len(alike)})</h3>")
        parts += [_finding(folder, finding) for finding in alike]
    return "\n".join(parts)


def _finding(folder: Folder, finding: Finding) -> str:
    moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(finding.time))
    values = "".join(
        f"<pre>{escape(str(value)[:_MOST_VALUE])}</pre>"
        for value in finding.problem.values
    )
    fault = ""
    if finding.responsible is not None:
        fault = f"<p>Against the majority: <b>{escape(finding.responsible)}</b>.</p>"
    command = f"zkos fuzz replay {finding.name} --folder {folder.path.name}"
    return (
        f'<section id="{escape(finding.name)}"><p><code>{escape(finding.name)}</code> '
        f"{escape(finding.target)}, {moment} UTC<br>{escape(finding.problem.title)}</p>"
        f"{fault}{values}<pre>{escape(command)}</pre></section>"
    )
