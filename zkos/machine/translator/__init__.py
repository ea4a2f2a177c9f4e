"""RV32 images translated to this machine's code: the fast way to run a known image."""
