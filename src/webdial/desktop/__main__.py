"""`python -m webdial.desktop`, and what the one file runs."""

import sys

from webdial.desktop.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
