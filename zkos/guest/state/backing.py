"""What stands behind the caches of the state. A seam, see the interface beside."""

from zkos.guest.models.flat.backing import Backing

__all__ = ["Backing"]
