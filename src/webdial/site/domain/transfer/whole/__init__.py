"""The whole configuration as one file that people read, edit and keep: `webdial config export|import`.

The file is TOML, as phone-system files are: it has remarks, and texts of many lines stand in it as they
are, which JSON has not. `export` makes a document of what is kept, `toml_text` writes it, `document`
reads one and knows its keys, and `acts` imports it, whole or not at all. Secrets are left out, or sealed
under a passphrase (`passphrases`); they never stand in it in clear.
"""
