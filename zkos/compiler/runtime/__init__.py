"""What compiled code needs besides itself, in the guest language."""
