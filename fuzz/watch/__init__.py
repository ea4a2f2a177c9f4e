"""Watching a campaign while it runs: a live page, figures for machines, a terminal."""
