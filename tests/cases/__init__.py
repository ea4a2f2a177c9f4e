"""Writing cases: assembler, builder, scenarios, loading."""
