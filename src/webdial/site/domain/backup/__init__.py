"""A backup: one file that holds everything, made while the server runs, and the way back from it.

The file is a .tar.gz of a manifest, the database and the keys. The database is an SQLite file whatever
database was backed up, so a backup goes back into either (docs/decisions/0024).
"""
