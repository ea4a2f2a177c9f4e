"""Code behind special addresses: precompiles and system contracts."""
