"""The image of packaging/container built and run, by the very commands of its how-to: `python3 dev.py container`."""
