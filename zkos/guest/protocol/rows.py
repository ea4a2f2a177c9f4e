"""Which rows of a table are in force in the version that is built."""

from zkos.guest.protocol.version import VERSION


def in_force(since: int, until: int | None) -> bool:
    """Whether a row holds that came with `since` and left with `until`."""
    return since <= VERSION and (until is None or until > VERSION)
