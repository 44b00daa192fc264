"""The words of the language: which are reserved, which name statements that are refused.

The reserved words are those SQL Anywhere reserves and this grammar needs (SQL Anywhere, Reserved
words); a name that is spelt like one has to be quoted.
"""

from webdial.language import translatable

_RESERVED_WORDS = """
    ALL ALTER AND ANY AS ASC BEGIN BETWEEN BY CALL CASE CAST CHAR CHARACTER CLOSE CONTINUE CONVERT
    CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURSOR DATE
    DECLARE DEFAULT DELETE DESC DISTINCT DO DROP ELSE ELSEIF END ENDIF ESCAPE EXCEPT EXCEPTION EXEC
    EXECUTE EXISTS FETCH FIRST FOR FROM FULL GOTO GRANT GROUP HAVING IF IN INNER INSERT INTERSECT
    INTO IS JOIN KEY LEFT LIKE LONG MERGE MESSAGE NATURAL NOT NULL ON OPEN OR ORDER OTHERS OUTER
    PREPARE PRINT REGEXP RETURN REVOKE RIGHT ROLLBACK SELECT SET SIMILAR SOME SQLCODE SQLSTATE THEN
    TIMESTAMP TO TOP TRIGGER TRUNCATE UNION UNKNOWN UNSIGNED UPDATE USER USING VALUES VARCHAR WHEN
    WHERE WHILE WITH
"""
RESERVED = frozenset(_RESERVED_WORDS.split())

CALLABLE = frozenset({"CHAR", "DATE", "LEFT", "RIGHT", "SIMILAR", "TIMESTAMP", "TRUNCATE"})
"""Reserved words that are names of functions as well, where an opening bracket follows."""

ENDINGS = frozenset({"END", "ENDIF", "ELSE", "ELSEIF", "WHEN", "EXCEPTION"})
"""Words that end a list of statements; no semicolon is needed before them."""

AGGREGATES = frozenset({"COUNT", "SUM", "AVG", "MIN", "MAX", "LIST"})

SPECIAL_VALUES = {
    "CURRENT_DATE": "CURRENT DATE",
    "CURRENT_TIME": "CURRENT TIME",
    "CURRENT_TIMESTAMP": "CURRENT TIMESTAMP",
    "CURRENT_UTC_TIMESTAMP": "CURRENT UTC TIMESTAMP",
    "CURRENT_USER": "CURRENT USER",
    "USER": "USER",
    "SQLSTATE": "SQLSTATE",
    "SQLCODE": "SQLCODE",
}
"""Special values of one word, each with its canonical name."""

CURRENT_VALUES = frozenset({"DATE", "TIME", "TIMESTAMP", "USER"})
"""What may follow CURRENT, besides UTC TIMESTAMP."""

COMPARISONS = {
    "=": "=",
    "<>": "<>",
    "!=": "<>",
    "<": "<",
    ">": ">",
    "<=": "<=",
    ">=": ">=",
    "!<": ">=",
    "!>": "<=",
}
"""Signs of comparison, each with the one it means."""

_WRITES = translatable("A function cannot change data.")
_DEFINES = translatable("A function cannot define or drop anything in the database.")
_RIGHTS = translatable("A function cannot change users or rights.")
_DYNAMIC = translatable("A function cannot run SQL that it puts together itself.")
_SERVER = translatable("A function cannot give orders to the server.")
_TRANSACTION = translatable("A function cannot steer transactions.")
_FILES = translatable("A function cannot read or write files.")

REFUSED_STATEMENTS = {
    **dict.fromkeys(
        ["INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "PUT", "WRITETEXT"], _WRITES
    ),
    **dict.fromkeys(
        ["CREATE", "ALTER", "DROP", "COMMENT", "REORGANIZE", "REFRESH", "INSTALL", "REMOVE"],
        _DEFINES,
    ),
    **dict.fromkeys(["GRANT", "REVOKE", "SETUSER", "CONNECT", "DISCONNECT"], _RIGHTS),
    **dict.fromkeys(["EXECUTE", "EXEC", "PREPARE", "DESCRIBE", "DEALLOCATE", "INCLUDE"], _DYNAMIC),
    **dict.fromkeys(
        ["COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "CHECKPOINT", "LOCK"], _TRANSACTION
    ),
    **dict.fromkeys(["LOAD", "UNLOAD", "INPUT", "OUTPUT", "BACKUP", "RESTORE", "READ"], _FILES),
    **dict.fromkeys(
        [
            "ATTACH",
            "CLEAR",
            "CONFIGURE",
            "DBISQL",
            "DETACH",
            "FORWARD",
            "GOTO",
            "PASSTHROUGH",
            "RAISERROR",
            "START",
            "STOP",
            "SYNCHRONIZE",
            "SYSTEM",
            "TRIGGER",
            "VALIDATE",
            "WAITFOR",
        ],
        _SERVER,
    ),
    "EXPLAIN": _SERVER,
    "VALUES": translatable("A function returns one value, no result set."),
    "WITH": translatable("Common table expressions are not provided: use a subquery."),
}
"""Statements of SQL Anywhere that no function may contain, each with the reason."""
