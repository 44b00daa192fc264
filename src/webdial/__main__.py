"""`python -m webdial` is `webdial`."""

from webdial.cli import main

if __name__ == "__main__":
    main()
