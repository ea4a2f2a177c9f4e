"""Seam: a slot and its history. By default nothing is paid for once."""

from zkos.guest.state.plain_slot import Slot, SlotUndo

__all__ = ["Slot", "SlotUndo"]
