"""``python -m frenemy`` is the command ``frenemy``."""

from frenemy.cli import main

main(prog_name="frenemy")
