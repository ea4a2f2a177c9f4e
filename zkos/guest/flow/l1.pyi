"""Transactions from L1: priority operations and upgrades (bootloader spec 6).

They cannot be refused for lack of fee, signature or resources: L1 has taken the
deposit. What fails is reverted, and the deposit goes to the refund recipient. A seam:
versions differ in where their ether comes from.
"""

from zkos.guest.flow.work import Work

def process_l1(work: Work) -> None:
    """Execute, pay the operator, refund, log. Raises Invalid and Fatal."""
