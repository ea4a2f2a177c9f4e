"""Figures in the text format of Prometheus, version 0.0.4."""

from collections.abc import Mapping
from typing import Any, Final

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
Rows = list[tuple[dict[str, str], Any]]
"""Labels and value of each line of a family."""
_BY_TARGET: Final = {
    "executions": ("counter", "Inputs run"),
    "compared": ("counter", "Blocks of which two engines were heard"),
    "coverage": ("gauge", "Counters covered"),
    "features": ("gauge", "Features reached"),
    "repeated": ("counter", "Inputs run twice"),
    "unstable": ("gauge", "Features that did not come both times"),
    "entries": ("gauge", "Inputs kept"),
}


def text(figures: Mapping[str, Any]) -> str:
    """All figures."""
    lines: list[str] = []
    for name, (kind, what) in _BY_TARGET.items():
        suffix = "_total" if kind == "counter" else ""
        rows: Rows = [
            ({"target": target}, counts[name])
            for target, counts in figures["targets"].items()
        ]
        lines += _family(f"zkos_fuzz_{name}{suffix}", kind, what, rows)
    found: Rows = [
        ({"kind": kind}, count) for kind, count in figures["findings"].items()
    ]
    lines += _family("zkos_fuzz_findings_total", "counter", "Distinct findings", found)
    states: Rows = [
        ({"node": node["node"], "state": state}, count)
        for node in figures["nodes"]
        for state, count in node["states"].items()
    ]
    lines += _family("zkos_fuzz_workers", "gauge", "Workers", states)
    single: Rows = [({}, figures["resident"])]
    lines += _family("zkos_fuzz_resident_bytes", "gauge", "Memory of workers", single)
    single = [({}, figures["seconds"])]
    lines += _family("zkos_fuzz_seconds_total", "counter", "Time at work", single)
    single = [({}, int(bool(figures["trouble"])))]
    lines += _family("zkos_fuzz_storage_away", "gauge", "Nothing is stored", single)
    return "\n".join(lines) + "\n"


def _family(name: str, kind: str, what: str, rows: Rows) -> list[str]:
    lines = [f"# HELP {name} {what}.", f"# TYPE {name} {kind}"]
    for labels, value in rows:
        told = ",".join(f'{label}="{_quoted(x)}"' for label, x in labels.items())
        lines.append(f"{name}{{{told}}} {value}" if told else f"{name} {value}")
    return lines


def _quoted(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
