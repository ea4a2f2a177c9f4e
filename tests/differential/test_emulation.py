"""The image of the OS translated and interpreted: the same to the last cycle."""

from dataclasses import replace
from pathlib import Path

import pytest

from differential.compare import compare
from differential.runners import riscv
from differential.runners.base import run_chain
from differential.session import is_case_name
from zkos.host.case import load_case
from zkos.host.profile import Emulation, Profile, Quirks, RunOptions

CORPORA = Path(__file__).resolve().parents[2] / "corpora"
CASES = sorted(filter(is_case_name, CORPORA.glob("[a-q]*/*.json")))
pytestmark = pytest.mark.riscv


@pytest.fixture(scope="module", autouse=True)
def translation():
    riscv.translate(riscv.program().image())


@pytest.mark.parametrize(
    "path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}"
)
@pytest.mark.parametrize(
    "options",
    [RunOptions(), RunOptions(Profile.REPLAY, quirks=Quirks.UPSTREAM)],
    ids=["production", "replay-upstream"],
)
def test_blocks_end_alike_and_after_as_many_cycles(path, options):
    case = load_case(path)
    interpreted = replace(options, emulation=Emulation.INTERPRETED)
    ours = list(run_chain(riscv.run_block, case, options))
    theirs = list(run_chain(riscv.run_block, case, interpreted))
    assert len(ours) == len(theirs)
    for one, two in zip(ours, theirs, strict=True):
        assert compare(("translated", "interpreted"), one, two) is None
        for name in ("cycles", "delegations", "oracle_words", "heap_bytes"):
            assert getattr(one, name) == getattr(two, name), name
