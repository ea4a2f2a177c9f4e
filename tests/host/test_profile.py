import pytest

from zkos.host.profile import Mode, Profile, Quirks, RunOptions


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (RunOptions(report=False), 1),
        (RunOptions(mode=Mode.FORWARD, report=False), 0),
        (RunOptions(mode=Mode.FORWARD), 32),
        (RunOptions(Profile.SERVER, report=False), 1 | 2 | 4),
        (RunOptions(Profile.REPLAY, report=False), 1 | 2 | 8),
        (RunOptions(quirks=Quirks.UPSTREAM, report=False), 1 | 16),
        (RunOptions(Profile.SERVER, Mode.FORWARD, simulate=True), 2 | 4 | 32 | 64),
        (RunOptions(real_precompiles=True, report=False), 1 | 128),
    ],
)
def test_options_select_bits_of_word_0(options, word):
    assert options.word() == word


def test_profiles_name_their_images():
    names = [profile.image for profile in Profile]
    assert names == ["app", "server_app", "evm_replay"]
