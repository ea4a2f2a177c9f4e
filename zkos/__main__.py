"""`python -m zkos` is `zkos`."""

from zkos.cli.program import main

if __name__ == "__main__":
    main()
