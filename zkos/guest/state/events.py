"""Seam: events and logs of the block. By default events mean nothing to the system."""

from zkos.guest.state.event_log import EventLog

__all__ = ["EventLog"]
