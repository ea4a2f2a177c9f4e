"""The program of the Ethereum instance: from the oracle to the hash of the block."""

from zkos.guest.blocks.ethereum.processor import BlockProcessor
from zkos.guest.protocol.ethereum_queries import QUERY_GOODBYE
from zkos.guest.state.system import System
from zkos.guest.system.oracle import ask
from zkos.lang.intrinsics import finish, oracle_read
from zkos.lang.ints import U32


def main() -> None:
    """Process the block and end the run with the hash of its header."""
    block_hash = BlockProcessor(System()).run()
    ask(QUERY_GOODBYE, U32(0))
    oracle_read()
    finish(block_hash)
