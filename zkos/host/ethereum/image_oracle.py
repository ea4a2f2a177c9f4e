"""What upstream's image of the Ethereum instance asks besides what ours does.

Hints that the program checks: quotients, roots and inverses. All else is the honest
oracle's (`zkos.host.ethereum.oracle`).
"""

from typing import Final

from zkos.host.advice import FIELD, MODEXP, AdviceError, advise
from zkos.host.channel import OracleError, framed
from zkos.host.ethereum.block import EthereumBlock
from zkos.host.ethereum.oracle import WitnessOracle

_HINTS: Final = (MODEXP, FIELD)


class ImageOracle:
    """Answers from a block and its witness, with hints."""

    def __init__(self, block: EthereumBlock) -> None:
        """Raises OracleError for a witness without the header of a parent."""
        self._honest = WitnessOracle(block)

    def answer(self, query: int, parameters: bytes) -> bytes:
        """The response to a query; OracleError if it makes no sense."""
        if query not in _HINTS:
            return self._honest.answer(query, parameters)
        try:
            return framed(advise(query, parameters))
        except AdviceError as error:
            raise OracleError(str(error)) from error
