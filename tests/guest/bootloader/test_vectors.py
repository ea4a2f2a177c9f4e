"""Published blocks: the public input of the shipped images, on CPython."""

from pathlib import Path

import pytest

from differential.expected import load_expected
from differential.runners import cpython
from differential.runners.base import run_chain
from zkos.host.case import load_case
from zkos.host.profile import Profile, Quirks, RunOptions

pytestmark = pytest.mark.cpython
FOLDER = Path(__file__).resolve().parents[4] / "shared" / "vectors"
QUICK = [
    *("abort_pubdata_shrinks", "chain_3", "create_create2", "empty", "l1_low_deposit"),
    *("l1_message_call", "l1_revert", "malformed_padding", "nonce_too_low", "tx_712"),
    *("sender_has_code", "skip_keeps_nonce", "tx_2930_list", "upgrade", "withdraw"),
]
NAMES = sorted(
    path.name.split(".")[0]
    for path in FOLDER.glob("*.json*")
    if ".exp" not in path.name
)


def check(folder, name, profile):
    suffix = ".gz" if (folder / f"{name}.json.gz").exists() else ""
    expected = load_expected(folder / f"{name}.expected.json{suffix}", profile)
    case = load_case(folder / f"{name}.json{suffix}")
    options = RunOptions(profile=profile, quirks=Quirks.UPSTREAM)
    outcomes = list(run_chain(cpython.run_block, case, options))
    assert [each.result for each in outcomes] == [each.result for each in expected]
    for outcome, theirs in zip(outcomes, expected, strict=True):
        for field in ("pubdata", "state_root", "next_free_slot"):
            value = getattr(theirs, field)
            assert value is None or getattr(outcome, field) == value, field
        if theirs.succeeded:
            assert outcome.public_input == theirs.public_input
            assert outcome.detail.queries == theirs.detail.queries


@pytest.mark.parametrize("name", QUICK)
def test_quick_block_gives_the_published_public_input(shared, name):
    check(shared / "vectors", name, Profile.APP)


@pytest.mark.parametrize("name", ["l1_revert", "upgrade", "withdraw"])
@pytest.mark.parametrize("profile", [Profile.SERVER, Profile.REPLAY])
def test_other_profiles_agree_too(shared, name, profile):
    check(shared / "vectors", name, profile)


@pytest.mark.slow
@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("name", NAMES)
def test_block_gives_the_published_public_input(shared, name, profile):
    if name.startswith("mainnet") and profile is not Profile.APP:
        pytest.skip("published for app.bin only")
    check(shared / "vectors", name, profile)
