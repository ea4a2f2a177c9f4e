"""Changes of whole cases, structure kept: what both fuzzers' mutators call."""
