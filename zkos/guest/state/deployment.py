"""Seam: how accounts get code. By default it is stored with its artifacts."""

from zkos.guest.state.stored_deployment import Deployment

__all__ = ["Deployment"]
