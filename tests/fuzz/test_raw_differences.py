"""Engines that differ in a word are found, whether or not it is decoded."""

from dataclasses import dataclass, replace

import pytest

from differential.runners import native
from fuzz.targets.block_engines import BlockEngine
from fuzz.targets.blocks import BlockTarget
from tests.pins import CORPORA
from zkos.guest.protocol.report import KIND_STORAGE_DIFF, KIND_TRANSACTION
from zkos.host.case import load_case
from zkos.host.channel import REPORT
from zkos.host.oracle import HonestOracle

pytestmark = pytest.mark.native
CASE = load_case(CORPORA / "transfers" / "all_kinds.json")
HEAD = 4 * 5
"""Bytes of kind, number, type, status and reason in a receipt."""
GAS_USED = HEAD + 2 * 32
GAS_REFUNDED = GAS_USED + 8
SENDER = GAS_USED + 4 * 8 + 32
CREATED = SENDER + 20


@dataclass
class Liar:
    """The compiled OS, but for a byte of a message that is one too high."""

    kind: int
    place: int

    def __call__(self, channel, options):
        ending = native.run_guest(channel, options)
        for index, (stream, content) in enumerate(channel.messages):
            if stream == REPORT and content[0] == self.kind:
                changed = bytearray(content)
                changed[self.place] = (changed[self.place] + 1) % 256
                channel.messages[index] = stream, bytes(changed)
                break
        return ending


def problem(other):
    honest = BlockEngine("native", native.run_guest)
    liar = BlockEngine("other", other)
    return BlockTarget("two", [honest, liar]).run(CASE).problem


@pytest.mark.parametrize(
    ("place", "layer"),
    [
        (8, "type"),
        (GAS_USED, "gas_used"),
        (GAS_REFUNDED, "gas_refunded"),
        (SENDER, "sender"),
        (CREATED, "created"),
    ],
)
def test_false_word_of_a_receipt_is_found(place, layer):
    found = problem(Liar(int(KIND_TRANSACTION), place))
    assert found is not None
    assert (found.kind, found.engines, found.layer) == (
        "diverge",
        ("native", "other"),
        layer,
    )


def test_word_that_is_decoded_to_nothing_is_found():
    # What a slot held before is in no outcome.
    initial = 4 + 20 + 32
    found = problem(Liar(int(KIND_STORAGE_DIFF), initial))
    assert found is not None
    assert (found.layer, found.where) == ("messages", "storage_diff, word 14")


def test_other_question_is_found(monkeypatch):
    def curious(channel, options):
        ending = native.run_guest(channel, options)
        channel.exchange(bytes.fromhex("0000054000000000"))
        return ending

    answer = HonestOracle.answer
    monkeypatch.setattr(
        HonestOracle,
        "answer",
        lambda self, query, parameters: (
            answer(self, query, parameters) if query != 0x40050000 else bytes(4)
        ),
    )
    found = problem(curious)
    assert found is not None
    assert found.layer == "queries"


def test_other_public_input_is_found():
    def wrong(channel, options):
        return replace(native.run_guest(channel, options), public_input=bytes(32))

    found = problem(wrong)
    assert found is not None
    assert found.layer == "public_input"


def test_same_words_are_no_finding():
    assert problem(native.run_guest) is None
