"""`python -m directory.cli`, the same as `hairline`."""

from directory.cli import main

main()
