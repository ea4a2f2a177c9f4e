"""Seam: the hooks there are. By default those of ZKsync OS."""

from zkos.guest.hooks.zk_table import ADDRESSES, GROUPS, HANDLERS, HOOK_COUNT

__all__ = ["ADDRESSES", "GROUPS", "HANDLERS", "HOOK_COUNT"]
