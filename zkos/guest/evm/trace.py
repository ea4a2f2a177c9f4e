"""Seam: what is told of the steps of the EVM. By default nothing."""

from zkos.guest.evm.untraced import TRACE, trace_call, trace_end, trace_step

__all__ = ["TRACE", "trace_call", "trace_end", "trace_step"]
