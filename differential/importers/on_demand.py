"""The state a block needs, found by running it: what the guest asks for is fetched.

A block is run on the native engine, the oracle of which asks a `Source` for each place
in the state when the guest first wants it. With upstream's faults and without, since
the two may look at different places.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

from differential.runners import native
from differential.runners.base import oracle_of
from zkos.host.case import Block
from zkos.host.channel import QUERY_IDS, OracleError, QueryChannel, Responder
from zkos.host.profile import Mode, Quirks, RunOptions
from zkos.host.state import ChainState, Slot
from zkos.terminal.errors import UserError

_SLOT: Final = QUERY_IDS["storage_slot"]
_PREIMAGE: Final = QUERY_IDS["preimage"]
_ADDRESS_BYTES: Final = 24


class Source(Protocol):
    """Where state comes from."""

    def fill(self, state: ChainState, place: Slot) -> None:
        """Write into `state` what lies at a place; nothing if there is nothing.

        Raises UserError.
        """

    def preimage(self, state: ChainState, digest: bytes) -> None:
        """Let `state` know what has this hash, if that is known. Raises UserError."""


def load(
    blocks: Sequence[Block], state: ChainState, source: Source, options: RunOptions
) -> None:
    """Fill a state with all that blocks want which each start from it.

    Raises CaseError, and UserError of the source.
    """
    loader = _Loader(state, source)
    for block in blocks:
        for quirks in (Quirks.UPSTREAM, Quirks.NONE):
            chosen = replace(
                options, mode=Mode.FORWARD, quirks=quirks, report=False, batch=False
            )
            loader.run(block, chosen)


class _Loader:
    """Fetches each place once."""

    def __init__(self, state: ChainState, source: Source) -> None:
        self._state: Final = state
        self._source: Final = source
        self._seen: Final[set[bytes]] = set()
        self._failure: UserError | None = None
        self._honest: Responder | None = None

    def run(self, block: Block, options: RunOptions) -> None:
        self._honest = oracle_of(block, self._state, options)
        channel = QueryChannel(self)
        native.run_guest(channel, options)
        if self._failure is not None:
            raise self._failure
        if channel.fault is not None:
            raise UserError(f"the state that is needed: {channel.fault}")

    def answer(self, query: int, parameters: bytes) -> bytes:
        assert self._honest is not None
        if query in (_SLOT, _PREIMAGE) and parameters not in self._seen:
            self._seen.add(parameters)
            try:
                self._fetch(query, parameters)
            except UserError as failure:
                self._failure = failure
                raise OracleError(str(failure)) from failure
        return self._honest.answer(query, parameters)

    def _fetch(self, query: int, parameters: bytes) -> None:
        if query == _PREIMAGE:
            if self._state.preimages.get(parameters) is None:
                self._source.preimage(self._state, parameters)
            return
        address = int.from_bytes(parameters[:_ADDRESS_BYTES], "little")
        key = int.from_bytes(parameters[_ADDRESS_BYTES:], "big")
        self._source.fill(self._state, Slot(address, key))
