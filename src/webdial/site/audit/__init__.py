"""The call log and the history of changes as chains, so that tampering shows (docs/decisions/0019).

Two kinds of chain. *The record* (AuditRecord) is one for all: each change of what is kept, each act on
the call log itself, and where the other chains stand. *A journal's chain* (JournalLink) belongs to one
process that places calls, so that no two wait for each other; a link holds what one commit wrote.

`digests` and `call_digests` say what is hashed, `record` and `journal_chains` append, `verifying`
looks whether all still fits.
"""
