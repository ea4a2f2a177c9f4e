"""The status line of a campaign fits a terminal, whatever the numbers."""

import pytest

from fuzz.campaign.slot import Progress
from fuzz.campaign.summary import Summary, short, short_time


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999, "999"), (1000, "1k"), (999_999, "999k"), (12_345_678, "12M")],
)
def test_counts_are_short(number, text):
    assert short(number) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (59, "59s"), (3599, "59m"), (29100, "8h05m")]
)
def test_times_are_short(seconds, text):
    assert short_time(seconds) == text


@pytest.mark.parametrize("scale", [0, 1, 10**3, 10**6, 10**9, 10**12 - 1])
@pytest.mark.parametrize("limit", [None, 0, 3599, 99 * 3600 + 3599])
def test_status_fits_80_columns(scale, limit):
    progress = Progress(executions=scale, features=scale, entries=scale, compared=scale)
    summary = Summary(1.0, {"target": progress}, {"diverge": scale}, scale)
    line = summary.status(limit)
    assert len(line) <= 80
    assert f"findings {short(scale)}" in line
    assert ("left" in line) is (limit is not None)
