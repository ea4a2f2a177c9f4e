"""A run as one page of HTML that needs nothing else."""

from dataclasses import dataclass
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from differential.reports.record import Record, RunRecord

MOST_BARS: Final = 60
"""Blocks with bars; the slowest ones."""
_WIDTH: Final = 420


@dataclass(frozen=True, slots=True)
class Bar:
    """The time of an engine on a block."""

    engine: str
    seconds: float
    width: float
    """Pixels."""


def html(run: RunRecord) -> str:
    """The page."""
    environment = Environment(
        loader=PackageLoader("differential.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("run.html").render(
        run=run,
        different=[record for record in run.records if record.explanation],
        failed=[record for record in run.records if record.failures],
        engines=run.engines(),
        totals=_totals(run),
        bars=_bars(run),
        cycles=[record for record in run.records if _cycles(record)],
        cycles_of=_cycles,
        width=_WIDTH,
    )


def _totals(run: RunRecord) -> list[Bar]:
    sums = {
        name: sum(
            record.engines.get(name, {}).get("seconds", 0.0) for record in run.records
        )
        for name in run.engines()
    }
    return _scaled(sums, max(sums.values(), default=0.0))


def _bars(run: RunRecord) -> list[tuple[Record, list[Bar]]]:
    slowest = sorted(run.records, key=lambda record: -record.seconds)[:MOST_BARS]
    times = [_times(record) for record in slowest]
    most = max((value for item in times for value in item.values()), default=0.0)
    return [
        (record, _scaled(item, most))
        for record, item in zip(slowest, times, strict=True)
    ]


def _times(record: Record) -> dict[str, float]:
    return {name: item.get("seconds", 0.0) for name, item in record.engines.items()}


def _scaled(times: dict[str, float], most: float) -> list[Bar]:
    scale = _WIDTH / most if most else 0.0
    return [Bar(name, value, value * scale) for name, value in times.items()]


def _cycles(record: Record) -> int | None:
    """Cycles of the first engine that counts them."""
    counts = (item.get("cycles") for item in record.engines.values())
    return next((count for count in counts if count), None)
