"""The RV32IM machine with Airbender conventions."""
