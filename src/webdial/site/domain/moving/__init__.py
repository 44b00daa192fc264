"""Everything that is kept, taken from one database to another: to move, to back up, to restore.

Which tables there are is asked of Django, so a new one is moved without a word here. The source is only
read. The target has everything at the end, or nothing.
"""
