"""What an attack on the Ethereum instance came to.

The output is the hash of a header. If it is the honest one the run says what is true:
a header binds its block, its parent and, through the roots, the state. Another output
must be the hash of the header that the guest was told, and EELS must accept the block
as it was told: then another block was stated, honestly.
"""

from collections import OrderedDict
from typing import Final

from differential.ethereum import eels
from differential.ethereum.blocks import KnownBlock
from differential.outcome import Result
from fuzz.adversary.engines import Ending, Engine
from fuzz.adversary.ethereum_schemes import ANCESTOR
from fuzz.adversary.ethereum_stage import (
    NEXT,
    NEXT_SIZE,
    EthereumAttack,
    EthereumStage,
    Performed,
)
from fuzz.adversary.judge import Trial, Verdict
from fuzz.adversary.statement import Asked
from zkos.guest.protocol import ethereum_queries as queries
from zkos.host.ethereum.block import EthereumBlock, Witness
from zkos.host.signing import keccak256

_HEADER: Final = int(queries.QUERY_HEADER)
_WITHDRAWALS: Final = int(queries.QUERY_WITHDRAWALS)
_SIZE_OF: Final = {
    _HEADER: int(queries.QUERY_HEADER_SIZE),
    _WITHDRAWALS: int(queries.QUERY_WITHDRAWALS_SIZE),
    NEXT: NEXT_SIZE,
    ANCESTOR: int(queries.QUERY_ANCESTOR_SIZE),
}
_NAMES: Final = {
    int(value): name.removeprefix("QUERY_").lower()
    for name, value in vars(queries).items()
    if name.startswith("QUERY_")
}
_REMEMBERED: Final = 512


class EthereumJudge:
    """Judges attacks; what EELS said of a block is remembered."""

    def __init__(self, engine: Engine) -> None:
        self._engine: Final = engine
        self._opinions: Final[OrderedDict[bytes, str]] = OrderedDict()

    def judge(self, stage: EthereumStage, attack: EthereumAttack) -> Trial:
        """Run an attack."""
        played = stage.perform(self._engine, attack)
        ending = played.ending
        match ending.result:
            case Result.ABORT:
                return Trial(Verdict.REJECTED, ending)
            case Result.TIMEOUT:
                return Trial(Verdict.TIMEOUT, ending, about=_about(played))
            case Result.SUCCESS if ending.output == stage.output:
                return Trial(Verdict.SAME, ending)
            case Result.SUCCESS:
                return self._judge_other(stage, played)
        return Trial(Verdict.CRASH, ending, about=_about(played))

    def _judge_other(self, stage: EthereumStage, played: Performed) -> Trial:
        stated = heard(stage.known, played.asked)
        if keccak256(stated.block.header) != played.ending.output:
            return _unsound(played, "the output is the hash of no header that was told")
        fault = self._opinion(stated)
        if fault:
            return _unsound(played, fault)
        return Trial(Verdict.STATED, played.ending)

    def _opinion(self, stated: KnownBlock) -> str:
        """Why EELS refuses the block; empty if it does not."""
        block = stated.block
        parts = (block.header, block.withdrawals, *block.transactions)
        key = keccak256(b"".join(map(keccak256, (*parts, *block.witness.headers))))
        if key not in self._opinions:
            outcome = eels.run_block(stated)
            reason = "" if outcome.succeeded else f"EELS refuses: {outcome.reason}"
            self._opinions[key] = reason
            if len(self._opinions) > _REMEMBERED:
                self._opinions.popitem(last=False)
        return self._opinions[key]


def heard(known: KnownBlock, asked: list[Asked]) -> KnownBlock:
    """The block as the guest was told it, on the same state."""
    sizes: dict[tuple[int, bytes], int] = {}
    header, withdrawals = b"", b"\xc0"
    transactions: list[bytes] = []
    headers = list(known.block.witness.headers)
    for item in asked:
        content = item.response[4:]
        if item.query in _SIZE_OF.values():
            size = int.from_bytes(content[:8], "little")
            sizes[item.query, item.parameters] = size
        elif item.query in _SIZE_OF:
            told = content[: sizes.get((_SIZE_OF[item.query], item.parameters), 0)]
            if item.query == _HEADER:
                header = told
            elif item.query == _WITHDRAWALS:
                withdrawals = told
            elif item.query == NEXT:
                transactions.append(told)
            else:
                depth = int.from_bytes(item.parameters, "little")
                if depth < len(headers):
                    headers[-1 - depth] = told
    block = EthereumBlock(
        known.block.fork,
        header,
        tuple(transactions),
        withdrawals or b"\xc0",
        Witness((), (), tuple(headers)),
    )
    return KnownBlock(known.name, block, known.before)


def _unsound(played: Performed, fault: str) -> Trial:
    return Trial(Verdict.UNSOUND, played.ending, None, fault, _about(played))


def _about(played: Performed) -> str:
    """Which queries were lied about."""
    return " ".join(sorted({_NAMES.get(query, "unknown") for query in played.lies}))


def honest_fault(stage: EthereumStage, ending: Ending) -> str:
    """What is wrong with an honest run; empty if nothing is."""
    if ending.result is not Result.SUCCESS:
        return f"{stage.name}: {ending.result.value} {ending.reason}"
    if ending.output != stage.output:
        return f"{stage.name}: the output is not the hash of the header"
    return ""
