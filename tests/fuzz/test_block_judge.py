"""The judge of commitments notices whatever a guest makes of a block."""

from dataclasses import dataclass, replace

import pytest

from differential.runners import native
from fuzz.strategies.decrees import CODES
from fuzz.targets.block_engines import BlockEngine
from fuzz.targets.blocks import BlockTarget
from tests.pins import CORPORA
from tests.support.decrees import decree
from zkos.guest.protocol.report import (
    KIND_BATCH,
    KIND_PUBDATA,
    KIND_TRANSACTION,
)
from zkos.host.case import load_case
from zkos.host.channel import REPORT
from zkos.host.context import DataAvailability
from zkos.host.profile import Profile, RunOptions

pytestmark = pytest.mark.native
CASE = load_case(CORPORA / "transfers" / "all_kinds.json")
OPTIONS = RunOptions()
HEAD = 4 * 2
"""Bytes of the kind and the length of pubdata."""
GAS_USED = 4 * 5 + 2 * 32
STATUS = 8


@dataclass
class Mistaken:
    """The compiled OS with a byte of its report raised by one."""

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


def problem(run, case=CASE, options=OPTIONS):
    return BlockTarget("alone", [BlockEngine("native", run)], options).run(case).problem


@pytest.mark.parametrize(
    ("kind", "place", "layer"),
    [
        (KIND_PUBDATA, HEAD, "pubdata"),  # its format
        (KIND_PUBDATA, HEAD + 5, "block_hash"),
        (KIND_PUBDATA, HEAD + 40, "pubdata"),  # the timestamp
        (KIND_PUBDATA, HEAD + 46, "pubdata"),  # a key that nobody knows
        (KIND_TRANSACTION, GAS_USED, "block_hash"),
        (KIND_BATCH, 4, "batch"),
        (KIND_BATCH, 4 + 32, "batch"),
        (KIND_BATCH, 4 + 3 * 32, "batch"),
        (KIND_BATCH, 4 + 6 * 32, "batch"),  # the number of blocks
    ],
)
def test_false_byte_is_found(kind, place, layer):
    found = problem(Mistaken(int(kind), place))
    assert found is not None
    assert (found.kind, found.engines, found.layer) == (
        "diverge",
        ("native", "judge"),
        layer,
    )


def test_transaction_that_was_dropped_is_not_in_the_header():
    refused = load_case(CORPORA / "transfers" / "refused.json")
    assert problem(native.run_guest, refused) is None

    def forgets(channel, options):
        ending = native.run_guest(channel, options)
        for index, (_, content) in enumerate(channel.messages):
            if content[0] == int(KIND_TRANSACTION) and content[STATUS + 4] == 2:
                changed = bytearray(content)
                changed[STATUS + 4] = 1
                channel.messages[index] = REPORT, bytes(changed)
                break
        return ending

    found = problem(forgets, refused)
    assert found is not None
    assert found.layer == "block_hash"


def test_false_public_input_is_found():
    def wrong(channel, options):
        return replace(native.run_guest(channel, options), public_input=bytes(32))

    found = problem(wrong)
    assert found is not None
    assert found.layer == "public_input"


@pytest.mark.parametrize("scheme", DataAvailability)
@pytest.mark.parametrize("profile", Profile)
def test_blocks_are_right_under_every_scheme_and_profile(scheme, profile):
    (block, *_) = CASE.blocks
    block = replace(block, context=replace(block.context, da=scheme, mix_hash=9))
    case = replace(CASE, blocks=(block,))
    assert problem(native.run_guest, case, RunOptions(profile)) is None


@pytest.mark.parametrize("code", [CODES[0], b""])
def test_keccak_that_governance_said_is_taken_as_said(code):
    assert problem(native.run_guest, decree(code, 0x1234)) is None
