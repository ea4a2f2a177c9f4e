"""Time follows what targets still find, and each draw can be drawn again."""

from collections import Counter
from dataclasses import replace

import pytest

from fuzz.campaign.budget import (
    FLOOR,
    LOG,
    Budget,
    Yield,
    check,
    draw,
    read_draws,
    shares,
)
from fuzz.campaign.command import Wishes, _turns
from fuzz.campaign.crew import LocalCrew
from fuzz.campaign.folder import BY_YIELD, Folder, Settings
from fuzz.campaign.slot import Progress
from fuzz.campaign.summary import Summary
from fuzz.campaign.supervisor import Supervisor
from fuzz.coverage.counters import semantic
from fuzz.coverage.engine import Search
from fuzz.coverage.target import Observation
from tests.fuzz.planted import NAME, PLACE, Planted
from zkos.terminal.errors import UserError

RICH, POOR = f"{PLACE}rich", f"{PLACE}harmless"


def summary(seconds, **features):
    targets = {
        name: Progress(seconds=seconds / 2, features=count)
        for name, count in features.items()
    }
    return Summary(seconds, targets, {}, 0)


def test_who_finds_more_has_more_and_nobody_has_nothing():
    found = shares(
        {"a": Yield(100, 900, 0), "b": Yield(100, 0, 0), "c": Yield(0, 0, 2)}
    )
    assert found["a"] > found["c"] > found["b"]
    assert min(found.values()) >= FLOOR / 3 * 1e6
    assert sum(found.values()) == pytest.approx(1e6, abs=3)


def test_draws_keep_to_shares():
    yields = {"a": Yield(100, 300, 0), "b": Yield(100, 50, 0)}
    drawn = Counter(draw(7, number, yields) for number in range(4000))
    expected = shares(yields)
    assert drawn["a"] / 4000 == pytest.approx(expected["a"] / 1e6, abs=0.03)


def test_draws_go_on_after_a_resume_and_can_be_drawn_again(tmp_path):
    folder = Folder(tmp_path)
    folder.begin(Settings(("a", "b"), 7, turns=BY_YIELD))
    first = [
        Budget(folder).next(0, summary(60.0 * n, a=100 * n, b=3), {"b": n // 3})
        for n in range(1, 9)
    ]
    rows = read_draws(tmp_path / LOG)
    assert [row["chosen"] for row in rows] == first
    assert [row["number"] for row in rows] == list(range(8))
    assert check(rows, 7) == []
    other = {"a": "b", "b": "a"}[rows[3]["chosen"]]
    assert check([*rows[:3], {**rows[3], "chosen": other}], 7) == [3]
    assert check(rows, 8) != []


def test_what_a_target_found_long_ago_does_not_count(tmp_path):
    folder = Folder(tmp_path)
    folder.begin(Settings(("a", "b"), 7, turns=BY_YIELD))
    budget = Budget(folder)
    for seconds, a, b in ((60, 5000, 10), (1200, 5000, 400), (2400, 5000, 900)):
        budget.next(0, summary(float(seconds), a=a, b=b), {})
    last = read_draws(tmp_path / LOG)[-1]
    assert last["yields"]["a"][1] == 0
    assert last["yields"]["b"][1] == 500
    assert last["shares"]["b"] > last["shares"]["a"]


def test_a_campaign_by_yield_writes_draws_that_follow(tmp_path, monkeypatch):
    monkeypatch.setattr("fuzz.campaign.supervisor._QUANTUM_SECONDS", 1.0)
    folder = Folder(tmp_path)
    targets = (RICH, POOR)
    folder.begin(Settings(targets, 7, 1, seconds=40.0, turns=BY_YIELD))
    for target in targets:
        folder.take_seeds(target, ".bin", [b"a"])
    supervisor = Supervisor(folder, LocalCrew(folder, 1))

    def stop(seen):
        supervisor.stop = len(read_draws(tmp_path / LOG)) >= 2

    supervisor._show = stop
    supervisor.run()
    rows = read_draws(tmp_path / LOG)
    assert len(rows) >= 2
    assert check(rows, 7) == []
    assert {row["chosen"] for row in rows} <= set(targets)


def test_turns_are_chosen_by_where_the_campaign_runs():
    assert _turns(Wishes()) is None
    assert _turns(Wishes(cluster="auto")) == BY_YIELD
    assert _turns(Wishes(cluster="auto", turns="even")) is None
    assert _turns(Wishes(turns="yield")) == BY_YIELD
    assert _turns(Wishes(turns="yield", runs=5)) is None
    with pytest.raises(UserError, match="--turns x: not even or yield"):
        _turns(replace(Wishes(), turns="x"))


# Stability.


class Wavering(Planted):
    """Some features come every other time."""

    def __init__(self):
        super().__init__(NAME)
        self.runs = 0

    def run(self, value):
        self.runs += 1
        seen = super().run(value)
        seen.semantic |= semantic("wavering", self.runs % 2)
        seen.problem = None
        return seen


def test_features_that_waver_are_ignored_and_counted():
    search = Search(Wavering(), 7)
    for _ in range(300):
        search.step()
    wavering = semantic("wavering", 0) | semantic("wavering", 1)
    assert search.pool.unstable == wavering
    assert not search.pool.seen & wavering
    assert search.totals.repeated >= len(search.pool.entries) > 5


def test_a_stable_target_has_none_and_is_searched_as_before():
    search = Search(Planted(NAME), 7)
    for _ in range(300):
        search.step()
    assert search.pool.unstable == 0
    assert search.totals.executions == 300


def test_the_clock_of_an_input_begins_again_with_its_second_run():
    class Once(Planted):
        def run(self, value):
            return Observation(semantic("x", value))

    told = []
    search = Search(Once(NAME), 7)
    search.hooks.begin = told.append
    search.step()
    assert len(told) == 2
    assert told[0] == told[1]
