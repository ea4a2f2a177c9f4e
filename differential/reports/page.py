"""Pages of HTML that need nothing else: one look for all reports."""

from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from differential.reports.charts import duration


def render(template: str, package: str = "differential.reports", **values: Any) -> str:
    """A page from a template of a package, which may extend `base.html`."""
    places = dict.fromkeys((package, "differential.reports"))
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(place) for place in places]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["duration"] = duration
    environment.filters["number"] = lambda value: f"{value:,}"
    return environment.get_template(template).render(**values)
