"""Makes Hypothesis strategies of the ABNF (RFC 5234) on a page.

Groups, options, alternatives, repetition, quoted words and `<said in words>`, which the caller
gives strategies for. A word is made in any letter case (RFC 5234 section 2.3).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

Texts = st.SearchStrategy[str]

_TOKEN = re.compile(r'\s*("[^"]*"|<[^<>]+>|1?\*|[A-Za-z][\w-]*|[()\[\]/])')


def strategies_of(abnf: str, words: Mapping[str, Texts]) -> dict[str, Texts]:
    """A strategy for each rule of `abnf`; a rule stands above those that it is made of."""
    made: dict[str, Texts] = {}
    for line in reversed(abnf.strip().splitlines()):
        name, _, definition = line.partition(" = ")
        reader = _Reader(_TOKEN.findall(definition), made, words)
        made[name.strip()] = reader.alternatives()
        assert not reader.tokens, f"not read: {line}"
    return made


@dataclass(slots=True)
class _Reader:
    tokens: list[str]
    rules: Mapping[str, Texts]
    words: Mapping[str, Texts]

    def alternatives(self) -> Texts:
        choices = [self._row()]
        while self._take("/"):
            choices.append(self._row())
        return st.one_of(choices)

    def _row(self) -> Texts:
        parts: list[Texts] = []
        while self.tokens and self.tokens[0] not in {"/", ")", "]"}:
            parts.append(self._repeated())
        return st.tuples(*parts).map("".join)

    def _repeated(self) -> Texts:
        if self.tokens[0] not in {"*", "1*"}:
            return self._element()
        least = int(self.tokens.pop(0) == "1*")
        return st.lists(self._element(), min_size=least, max_size=4).map("".join)

    def _element(self) -> Texts:
        token = self.tokens.pop(0)
        if token in {"(", "["}:
            inner = self.alternatives()
            self.tokens.pop(0)
            return st.just("") | inner if token == "[" else inner
        if token.startswith('"'):
            return st.sampled_from([token[1:-1], token[1:-1].lower(), token[1:-1].title()])
        return self.words[token[1:-1]] if token.startswith("<") else self.rules[token]

    def _take(self, token: str) -> bool:
        found = self.tokens[:1] == [token]
        if found:
            self.tokens.pop(0)
        return found
