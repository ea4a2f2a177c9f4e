"""Seam: what the public input is made of. By default the output has the chain's id."""

from zkos.guest.commitment.chain_in_output import hash_output, public_input

__all__ = ["hash_output", "public_input"]
