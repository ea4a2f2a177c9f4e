"""Writing cases: an assembler, a builder, scenarios; and loading what names one."""
