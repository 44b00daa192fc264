"""The unit of packaging/systemd in force, under a real systemd: `python3 dev.py systemd`."""
