"""Reverts and events in words."""

import pytest

from differential.decoded import event, revert_reason
from differential.outcome import Log

TRANSFER = 0xDDF252AD1BE2C89B69C2B068FC378DAA952BA7F163C4A11628F55A4DF523B3EF


def word(value):
    return value.to_bytes(32, "big")


def error(text, *, offset=32, length=None):
    data = text.encode()
    size = len(data) if length is None else length
    return bytes.fromhex("08c379a0") + word(offset) + word(size) + data.ljust(64, b"\0")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (error("unlucky"), '"unlucky"'),
        (error(""), '""'),
        (error("x" * 200), '"' + "x" * 120 + '..."'),
        (bytes.fromhex("4e487b71") + word(0x11), "panic 0x11: arithmetic overflow"),
        (bytes.fromhex("4e487b71") + word(0xFE), "panic 0xfe: unknown"),
        (bytes.fromhex("4e487b71") + word(1) + b"\0", None),
        (error("unlucky", offset=2**255), None),
        (error("unlucky", length=2**64), None),
        (bytes.fromhex("08c379a0"), None),
        (b"", None),
        (b"\x01\x02\x03\x04", None),
    ],
)
def test_revert_is_put_into_words(data, reason):
    assert revert_reason(data) == reason


def test_reason_cannot_steer_the_terminal():
    reason = revert_reason(error("a\x1b[31m\nb"))
    assert "\x1b" not in reason
    assert "\n" not in reason


def test_usual_event_is_named():
    log = Log(1, (TRANSFER, 2, 3), word(5))
    assert event(log) == f"Transfer(from={2:#042x}, to={3:#042x}, value=5)"


@pytest.mark.parametrize(
    "log",
    [
        Log(1, (), b""),
        Log(1, (7,), b""),
        Log(1, (TRANSFER, 2), word(5)),
        Log(1, (TRANSFER, 2, 3), b""),
    ],
)
def test_other_logs_are_left_as_they_are(log):
    assert event(log) is None
