"""Import and export: users, branches, companies, people and settings as tables, people as vCards, and the whole
configuration as one file.

A file becomes a `Table` (`files`), a table becomes rows of named values (`columns`), rows become a
`Plan` that tells what would change (`planning`), and a plan is carried out whole or not at all
(`acts`). What is special about users, branches, companies, people or settings stands in the module named for it.
"""
