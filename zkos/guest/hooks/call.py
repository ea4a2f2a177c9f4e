"""Seam: what a hook works on. By default with what the hooks of ZKsync OS need."""

from zkos.guest.hooks.zk_call import HookCall

__all__ = ["HookCall"]
