"""A host that remembers what a guest asked about: how an image is understood.

An image says nothing but its public input. Yet it names each slot it touches, and to
be advised on blobs it points at the pubdata.
"""

from typing import Final

from zkos.host.advice import BLOB
from zkos.host.channel import QUERY_IDS, Responder
from zkos.host.kzg import join
from zkos.host.state import Slot

_SLOT: Final = QUERY_IDS["storage_slot"]
_ADDRESS_BYTES: Final = 24


class Watcher:
    """Answers as another does, and remembers slots and blobs."""

    def __init__(self, responder: Responder) -> None:
        self._responder: Final = responder
        self.slots: Final[dict[bytes, Slot]] = {}
        """By flat key, all that were asked for."""
        self._pieces: Final[list[bytes]] = []

    def answer(self, query: int, parameters: bytes) -> bytes:
        """The response to a query; raises OracleError."""
        if query == _SLOT:
            address = int.from_bytes(parameters[:_ADDRESS_BYTES], "little")
            slot = Slot(address, int.from_bytes(parameters[_ADDRESS_BYTES:], "big"))
            self.slots[slot.flat_key()] = slot
        elif query == BLOB:
            self._pieces.append(parameters)
        return self._responder.answer(query, parameters)

    def pubdata(self) -> bytes | None:
        """Of all blocks of the run, if it went into blobs.

        ValueError if it is not what its blobs say.
        """
        return join(self._pieces) if self._pieces else None
