"""Talking to whoever runs a command: text, exit codes, errors, progress."""
