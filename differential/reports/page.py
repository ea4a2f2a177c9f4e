"""Pages of HTML that need nothing else: one look for all reports."""

from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from differential.reports.charts import duration
from zkos.terminal.text import visible_lines


def _seen(value: Any) -> Any:
    """What is put into a page: text of others with its controls spelled out."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible_lines(value)
    return value


def render(template: str, package: str = "differential.reports", **values: Any) -> str:
    """A page from a template of a package, which may extend `base.html`."""
    places = dict.fromkeys((package, "differential.reports"))
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(place) for place in places]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_seen,
    )
    environment.filters["duration"] = duration
    environment.filters["number"] = lambda value: f"{value:,}"
    return environment.get_template(template).render(**values)
