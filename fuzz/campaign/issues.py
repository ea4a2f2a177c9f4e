"""Findings for those who mend them: Markdown issue texts, and SARIF 2.1.0.

SARIF: OASIS Static Analysis Results Interchange Format, sections 3.13, 3.27.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fuzz.campaign.finding import Finding
from fuzz.campaign.folder import Folder
from fuzz.campaign.page import moment, values_of
from fuzz.campaign.revisions import Brought, read_brought
from fuzz.corpus import write_atomically
from zkos.terminal.files import FileError, read_file

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_MOST_SHOWN: Final = 8_000
"""Bytes of an input that an issue text shows; a larger one is only named."""
_MOST_VALUE: Final = 400
KINDS: Final = {
    "diverge": "Two engines give different results for the same input.",
    "unsound": "A lie of the host was accepted.",
    "crash": "An engine or the making of an input failed.",
    "abort": "A block ended that must not end.",
    "timeout": "An input took too long.",
    "slow": "An input was slow.",
}


@dataclass(frozen=True, slots=True)
class Told:
    """All that is known of a finding."""

    finding: Finding
    input: Path | None
    """The smallest there is."""
    brought: Brought | None
    replay: str


def told(folder: Folder) -> list[Told]:
    """All findings, oldest first."""
    rows = []
    for finding in folder.findings():
        path = folder.input_path(finding.name, minimised=True)
        path = path or folder.input_path(finding.name)
        brought = read_brought(folder, finding.name)
        replay = folder.replay_command(finding.name)
        rows.append(Told(finding, path, brought, replay))
    return rows


def write_issues(rows: Sequence[Told], place: Path) -> list[Path]:
    """Write a text for each finding; raises OSError."""
    paths = []
    for row in rows:
        path = place / f"{row.finding.name}.md"
        write_atomically(path, issue(row).encode())
        paths.append(path)
    return paths


def issue(row: Told) -> str:
    """The text of an issue: what differs, on what, how to see it again."""
    finding, problem = row.finding, row.finding.problem
    facts = [
        ("found", f"{moment(finding.time)} UTC by target `{finding.target}`"),
        ("engines", ", ".join(problem.engines) or "one alone"),
        ("first difference", " ".join(filter(None, (problem.layer, problem.where)))),
        ("place", problem.site),
        ("against the majority", finding.responsible or ""),
        ("brought by", _brought_text(row.brought)),
    ]
    parts = [f"# {_line(problem.title)}", ""]
    parts += ["| what | value |", "|---|---|"]
    parts += [f"| {name} | {_cell(text)} |" for name, text in facts if text]
    values = values_of(finding)
    if values:
        parts += ["", "## What they say", "", "| engine | value |", "|---|---|"]
        parts += [f"| {_cell(n)} | `{_cell(v[:_MOST_VALUE])}` |" for n, v in values]
    if finding.votes:
        parts += ["", "## Who agrees with whom", "", "| engine | with |", "|---|---|"]
        parts += [f"| {_cell(n)} | {_cell(v)} |" for n, v in finding.votes.items()]
    parts += ["", "## Again", "", *_fenced(row.replay, "sh")]
    if row.input is not None:
        kind = "minimised" if finding.minimised else "as it was found"
        parts += ["", f"## Input ({kind})", "", *_input(row.input)]
    return "\n".join(parts) + "\n"


def sarif(rows: Sequence[Told], version: str) -> dict[str, Any]:
    """All findings as one log with one run."""
    kinds = sorted({row.finding.problem.kind for row in rows})
    rules = [
        {"id": kind, "shortDescription": {"text": KINDS.get(kind, kind)}}
        for kind in kinds
    ]
    driver = {"name": "zkos fuzz", "version": version, "rules": rules}
    results = [_result(row, kinds.index(row.finding.problem.kind)) for row in rows]
    run = {"tool": {"driver": driver}, "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def write_sarif(rows: Sequence[Told], path: Path, version: str) -> None:
    """Write them; raises OSError."""
    text = json.dumps(sarif(rows, version), indent=1) + "\n"
    write_atomically(path, text.encode())


def _result(row: Told, rule: int) -> dict[str, Any]:
    finding, problem = row.finding, row.finding.problem
    known: dict[str, Any] = {
        "ruleId": problem.kind,
        "ruleIndex": rule,
        "level": "warning" if problem.kind == "slow" else "error",
        "message": {"text": f"{problem.title}. Again: {row.replay}"},
        "partialFingerprints": {"zkosMeaning/v1": finding.name},
        "properties": {
            "target": finding.target,
            "engines": list(problem.engines),
            "layer": problem.layer,
            "where": problem.where,
            "values": [str(item)[:_MOST_VALUE] for item in problem.values],
            "responsible": finding.responsible,
            "minimised": bool(finding.minimised),
            "broughtBy": None if row.brought is None else row.brought.first,
            "replay": row.replay,
        },
    }
    if row.input is not None:
        place = {"artifactLocation": {"uri": row.input.absolute().as_uri()}}
        known["locations"] = [{"physicalLocation": place}]
    return known


def _brought_text(brought: Brought | None) -> str:
    if brought is None:
        return ""
    text = f"{brought.subject} (not in {brought.before[:12]})"
    if brought.between:
        text += f", or one of {len(brought.between)} before it that cannot be run"
    return text


def _input(path: Path) -> list[str]:
    try:
        content = read_file(path)
        text = content.decode()
    except (FileError, UnicodeDecodeError):
        return [f"`{path}`, no text"]
    if len(content) > _MOST_SHOWN:
        return [f"`{path}`, {len(content)} bytes"]
    return [f"`{path.name}`:", "", *_fenced(text.rstrip("\n"), path.suffix[1:])]


def _fenced(text: str, kind: str) -> list[str]:
    fence = "```"
    while fence in text:
        fence += "`"
    return [f"{fence}{kind}", text, fence]


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _line(text).replace("|", r"\|").replace("`", "'")
