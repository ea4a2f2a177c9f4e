"""The typed subset as CPython sees it; `README.md` beside this file defines it."""
