"""Whether an L2 transaction may run, and the collection of its fee.

Bootloader spec 4. What comes first decides which error is named; nothing stays of a
transaction that is dropped. A seam: versions have another order.
"""

from zkos.guest.flow.checks import Sender
from zkos.guest.flow.ledger import Ledger
from zkos.guest.flow.prices import Prices
from zkos.guest.flow.work import Work

def validate(work: Work, prices: Prices, ledger: Ledger) -> Sender:
    """Run all steps. Raises Invalid and Fatal."""
