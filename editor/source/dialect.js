// The language of database functions for the editor: its words come from the page, which has them from
// the checker itself.

import { completeAnyWord, completeFromList } from "@codemirror/autocomplete";
import { SQLDialect, sql } from "@codemirror/lang-sql";

const KIND_OF_WORD = { keyword: "keyword", type: "type", variable: "function" };

export function language({ keywords, types, functions, names, tables }) {
  const dialect = SQLDialect.define({
    keywords: keywords.join(" "),
    types: types.join(" "),
    builtin: [...functions, ...names.map((name) => name.toLowerCase())].join(" "),
    identifierQuotes: '"[`',
    specialVar: "@",
    slashComments: true,
    charSetCasts: true,
    caseInsensitiveIdentifiers: true,
  });
  const spelt = new Set(names.map((name) => name.toLowerCase()));
  const support = sql({
    dialect,
    schema: tables,
    keywordCompletion: (label, kind) => ({
      label,
      type: KIND_OF_WORD[kind] ?? kind,
      boost: spelt.has(label) ? -99 : -1,
    }),
  });
  const further = [
    completeFromList(names.map((label) => ({ label, type: "variable" }))),
    completeAnyWord,
  ].map((source) => dialect.language.data.of({ autocomplete: unlessColumn(source) }));
  return [support, further];
}

// Behind a table's name and a point stand its columns alone.
const unlessColumn = (source) => (context) => (context.matchBefore(/\.\w*/) ? null : source(context));
