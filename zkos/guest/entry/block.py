"""The program: from the oracle to the public input of one block, or of a batch."""

from zkos.guest.blocks.loop import BlockProcessor
from zkos.guest.commitment.batch import Batch
from zkos.guest.state.system import System
from zkos.guest.system.options import Options
from zkos.guest.system.oracle import Oracle
from zkos.lang.control import urange
from zkos.lang.intrinsics import finish
from zkos.lang.ints import U32
from zkos.lang.trap import trap


def main() -> None:
    """Process the blocks and end the run with their public input.

    In a batch each block says goodbye to the host, which stays for the next one and
    for the advice on blobs (oracle spec 2, 3).
    """
    batched = Options().batch
    count = Oracle().block_count() if batched else U32(1)
    if count == 0:
        trap("a batch without blocks")
    system = System()
    batch = Batch(system)
    for number in urange(count):
        if number != 0:
            system.next_block()
        batch.add(BlockProcessor(system).run())
        if batched:
            system.oracle.disconnect()
    public_input = batch.seal()
    if not batched:
        system.oracle.disconnect()
    finish(public_input)
