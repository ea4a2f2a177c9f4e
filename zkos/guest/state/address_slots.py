"""The slots of one address that the block has looked at."""

from zkos.guest.state.slot import Slot
from zkos.lang.ints import U256, Address
from zkos.lang.memory import Map


class AddressSlots:
    """The cached slots of one address."""

    address: Address
    slots: Map[U256, Slot]

    def __init__(self, address: Address) -> None:
        self.address = address
        self.slots = Map(U256, Slot)
