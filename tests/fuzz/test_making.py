"""Generators and mutators that fail: findings like any other."""

from fuzz.campaign.folder import Folder
from tests.cli.support import zkos_here
from tests.fuzz.campaigns import finish, start


def test_a_mutator_that_fails_is_a_finding_and_ends_nothing(tmp_path):
    target = "tests.fuzz.planted:clumsy"
    folder = tmp_path / "campaign"
    options = ("--runs", "4000", "-j", "1", "--seed", "7")
    code, output, errors = finish(start(folder, *options, target=target))
    assert code == 1, errors
    (finding,) = Folder(folder).findings()
    assert finding.problem.title == (
        "crash making an input KeyError in planted.py mutate"
    )
    assert output.startswith("#4000 ")

    again = zkos_here("fuzz", "replay", finding.name, "--folder", folder)
    assert again.returncode == 1, again.stderr
    assert finding.name in again.stdout
    assert zkos_here("fuzz", "triage", "--folder", folder).returncode == 1
