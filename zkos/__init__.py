"""ZKsync OS in Python: the OS, its compiler, the machine and the host."""
