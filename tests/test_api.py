"""`zkos.api`: what it gives, what it refuses, and the notebook that shows it."""

import json
from pathlib import Path

import pytest

from zkos import api

NOTEBOOKS = Path(__file__).resolve().parents[1] / "zkos" / "docs" / "notebooks"


@pytest.fixture
def case():
    builder = api.CaseBuilder()
    builder.call("alice", builder.contract(0x101, "PUSH0 SLOAD PUSH1 1 SSTORE"))
    builder.block()
    builder.call("alice", 0x101)
    return builder.build()


@pytest.mark.native
@pytest.mark.parametrize("path", NOTEBOOKS.glob("*.ipynb"), ids=lambda path: path.stem)
def test_notebook_runs(path):
    names = {}
    cells = json.loads(path.read_text())["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert code
    for number, source in enumerate(code):
        exec(compile(source, f"{path.name} cell {number}", "exec"), names)


@pytest.mark.native
@pytest.mark.cpython
def test_every_block_is_run_and_compared(case):
    outcomes = api.run(case)
    found = api.compare(case, ["native", "cpython"])
    assert [item.succeeded for item in outcomes] == [True, True]
    assert found.equal
    assert found.layers()["public_input"] == 2
    assert found.outcomes[1]["cpython"].public_input == outcomes[1].public_input


@pytest.mark.native
def test_minimise_needs_a_difference(case):
    with pytest.raises(api.UserError, match="the engines agree"):
        api.minimise(case, ["native", "native@forward"])


def test_bad_requests_are_user_errors(case, tmp_path):
    with pytest.raises(api.UserError, match="no engine is called 'other'"):
        api.run(case, "other")
    with pytest.raises(api.UserError, match="needs two engines"):
        api.compare(case, ["cpython"])
    with pytest.raises(api.UserError, match="cannot be read"):
        api.load(tmp_path / "none.json")
    with pytest.raises(api.UserError, match="none"):
        api.save(case, tmp_path / "none" / "case.json")
    api.save(case, tmp_path / "case.json")
    with pytest.raises(api.UserError, match="not a scenario"):
        api.load_scenario(tmp_path / "case.json")
    with pytest.raises(ValueError, match="fast"):
        api.options("fast")


def test_words_of_the_command_line_are_options():
    found = api.options("replay", "forward", "upstream")
    assert (found.profile.value, found.mode.value) == ("replay", "forward")
    assert found.quirks.value == "upstream"
