"""`python -m comity` is the command line."""

from comity.cli import main

main()
