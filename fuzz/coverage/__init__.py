"""Coverage-guided search in process: what is new is kept and changed further."""
