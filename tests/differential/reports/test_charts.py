import re
import sys

import pytest

from differential.reports.charts import bars, curves, duration, histogram

CHARTS = {
    "curves": curves("a <b> & c", {"<x>": [(1.0, 2.0), (2.0, 9.0)]}),
    "bars": bars("a <b> & c", ["one", "<two>"], {"<x>": [0.001, 4.0]}),
    "histogram": histogram("a <b> & c", {"<x>": [0.001, 4.0, 3.0]}),
}


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_charts_bring_no_script_and_no_address(chart):
    for foreign in ("<script", "http", "href", "@import", "<!--"):
        assert foreign not in chart
    assert "a &lt;b&gt; &amp; c" in chart
    assert "<x>" not in chart


def bar_sizes(chart, side):
    tags = [tag for tag in re.findall(r"<rect [^>]*>", chart) if "rect reactive" in tag]
    return [float(re.search(rf' {side}="([0-9.]+)"', tag)[1]) for tag in tags]


def test_bars_grow_with_the_power_of_ten():
    chart = bars("x", ["one", "two", "three"], {"native": [0.01, 0.1, 1.0]})
    three, two, one = bar_sizes(chart, "width")

    assert 0 < one < two < three
    assert two - one == pytest.approx(three - two, rel=0.01)


def test_classes_count_all_times():
    chart = histogram("x", {"native": [0.0015, 0.0019, 0.004, 0.0], "riscv": [0.3]})
    shown = re.findall(r'<title class="value">([0-9]+)<', chart)

    assert sorted(shown) == ["1", "1", "2"]
    assert "≤ 2\N{NO-BREAK SPACE}ms" in chart
    assert "≤ 500\N{NO-BREAK SPACE}ms" in chart
    assert "≤ 1\N{NO-BREAK SPACE}s" not in chart


@pytest.mark.parametrize("series", [{}, {"native": []}])
def test_charts_of_nothing_say_so(series):
    assert curves("Speed", series) == "<p>Speed: no data yet.</p>"


def test_equal_charts_are_equal_text():
    points = {"native": [(float(x), float(x * x)) for x in range(1000)]}

    assert curves("x", points) == curves("x", points)
    assert curves("x", points).count(" L") < 1000


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0"),
        (2.5e-5, "25 µs"),
        (0.0123, "12.3 ms"),
        (60.0, "60 s"),
        (300.0, "5 min"),
        (36_000.0, "10 h"),
    ],
)
def test_durations_have_the_unit_that_suits_them(seconds, text):
    assert duration(seconds).replace("\N{NO-BREAK SPACE}", " ") == text


def test_pygal_leaves_no_import_hook():
    assert all(hasattr(finder, "find_spec") for finder in sys.meta_path)
