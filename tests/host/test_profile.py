import pytest

from zkos.host.profile import Mode, Profile, Quirks, RunOptions


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (RunOptions(report=False), 1),
        (RunOptions(mode=Mode.FORWARD, report=False), 0),
        (RunOptions(mode=Mode.FORWARD), 32),
        (RunOptions(Profile.REPLAY, report=False), 1 | 2 | 8 | 512 | 1024),
        (RunOptions(batch=True, report=False), 1 | 4),
        (RunOptions(quirks=Quirks.UPSTREAM, report=False), 1 | 16),
        (RunOptions(mode=Mode.FORWARD, simulate=True), 32 | 64),
        (RunOptions(extra_precompiles=True, report=False), 1 | 128),
        (RunOptions(trace_memory=True, report=False), 1 | 256),
    ],
)
def test_options_select_bits_of_word_0(options, word):
    assert options.word() == word
