"""An image of the Ethereum instance that is not ours, as an engine and as a judge.

It tells the hash of the block it accepts and nothing else. Where upstream's departs
from Ethereum it is no judge: a block on which it differs is left out if it has to do
with one of those areas, which `unjudged` finds out from the steps of our own run.
"""

from functools import lru_cache
from pathlib import Path
from typing import Final

from differential.ethereum.running import conclude
from differential.outcome import UNSUPPORTED, Outcome, Result
from differential.runners import native
from differential.runners.riscv import run_image
from zkos.compiler.variant import TRACE
from zkos.guest.protocol.ethereum_queries import QUERY_HEADER_SIZE
from zkos.host.channel import OracleError, QueryChannel
from zkos.host.codecs.rlp import decode_signed
from zkos.host.ethereum.block import EthereumBlock
from zkos.host.ethereum.image_oracle import ImageOracle
from zkos.host.ethereum.oracle import WitnessOracle
from zkos.host.profile import RunOptions
from zkos.host.trace import Step, decode_trace
from zkos.host.transactions import TransactionError
from zkos.machine.image import ImageError, read_image
from zkos.versions import Instance

PROBE_CYCLES: Final = 1 << 24
"""An image that asks nothing for so long is not one of this instance."""
CYCLE_LIMIT: Final = 1 << 36
_MODEXP: Final = 0x05
_P256: Final = 0x100
_CALLS: Final = (0xF1, 0xF2, 0xF4, 0xFA)
_CREATIONS: Final = (0xF0, 0xF5)
_HIGH_GAS: Final = 1 << 40
REFUSED: Final = "a block that Ethereum refuses"


@lru_cache(maxsize=4)
def load(path: Path) -> bytes:
    """The image in a file; raises ImageError for one not of this instance."""
    content = read_image(path)
    probe = _Probe()
    run_image(QueryChannel(probe), content, cycle_limit=PROBE_CYCLES)
    if probe.query != int(QUERY_HEADER_SIZE):
        what = "nothing" if probe.query is None else f"query {probe.query:#x}"
        raise ImageError(
            f"{path}: not an image of the Ethereum instance, it asks {what} first"
        )
    return content


class _Probe:
    """Remembers the first query and answers none."""

    query: int | None = None

    def answer(self, query: int, _: bytes) -> bytes:
        if self.query is None:
            self.query = query
        raise OracleError("only probing")


def run_file(path: Path, block: EthereumBlock) -> Outcome:
    """A block with its witness on the image in a file; raises ImageError."""
    content = load(path)
    try:
        channel = QueryChannel(ImageOracle(block))
    except OracleError as error:
        return Outcome(Result.CRASH, f"oracle: {error}")
    ending = run_image(channel, content, cycle_limit=CYCLE_LIMIT)
    return conclude(channel, ending, RunOptions(report=False))


def judged(theirs: Outcome, ours: Outcome, block: EthereumBlock) -> Outcome:
    """The image's outcome; an unsupported one where it is no judge.

    `ours` is an outcome of a trusted engine on the same block.
    """
    agree = theirs.result is ours.result and theirs.block_hash == ours.block_hash
    if agree or theirs.result is Result.CRASH:
        return theirs
    area = unjudged(ours, block)
    if area is None:
        return theirs
    return Outcome(Result.CRASH, f"{UNSUPPORTED}no judge of {area}")


def unjudged(ours: Outcome, block: EthereumBlock) -> str | None:
    """The first area in which upstream departs from Ethereum that a block is in."""
    if not ours.succeeded:
        return REFUSED
    for item in block.transactions:
        try:
            fields = decode_signed(item)
        except TransactionError:
            return "the canonical form of RLP"
        if fields.blob_hashes:
            return "blobs"
        if fields.gas_limit >= _HIGH_GAS:
            return "very large gas limits"
        if fields.to in (_MODEXP, _P256):
            return "MODEXP or P256VERIFY"
    for step in _steps(block):
        area = _area_of(step)
        if area is not None:
            return area
    return None


def _area_of(step: Step) -> str | None:
    operands = len(step.stack)
    callee = step.stack[-2] % (1 << 160) if operands > 1 else 0
    if step.opcode in _CALLS and callee in (_MODEXP, _P256):
        return "MODEXP or P256VERIFY"
    if step.opcode in _CREATIONS:
        return "creations at an occupied address, or that fail by the code returned"
    return None


def _steps(block: EthereumBlock) -> list[Step]:
    """What our EVM does in a block."""
    options = RunOptions(instance=Instance.ETHEREUM, fork=block.fork)
    build = options.build(TRACE)
    channel = QueryChannel(WitnessOracle(block))
    native.run_library(native.library(build), channel, options, main=build.main)
    return decode_trace(channel.messages)
