"""The typed subset to machine code: x86-64 and RV32IM."""
