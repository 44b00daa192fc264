// The look of the editor. Colours are the custom properties of app.css and function-editor.css, which
// reach into the editor's shadow tree and change with light and dark.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const look = EditorView.theme({
  "&": { backgroundColor: "transparent", color: "var(--text)", fontSize: "var(--editor-size)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "var(--mono)",
    lineHeight: "1.6",
    maxHeight: "var(--editor-most)",
    minHeight: "var(--editor-least)",
    overflow: "auto",
  },
  ".cm-content": { caretColor: "var(--accent)", padding: "0.75rem 0" },
  ".cm-line": { padding: "0 var(--editor-edge) 0 0.375rem" },
  ".cm-cursor, .cm-dropCursor": { borderLeft: "2px solid var(--accent)" },
  ".cm-gutters": {
    backgroundColor: "var(--surface)",
    borderRight: "0",
    color: "var(--text-faint)",
    fontVariantNumeric: "tabular-nums",
  },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "var(--editor-numbers)", padding: "0 0.25rem" },
  ".cm-activeLine": { backgroundColor: "var(--editor-line)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--editor-line)", color: "var(--text)" },
  // Weighty enough for CodeMirror's own rule, which tells the focused editor's selection apart.
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, .cm-content ::selection":
    { backgroundColor: "var(--editor-selection)" },
  ".cm-selectionMatch": { backgroundColor: "var(--editor-match)" },
  ".cm-searchMatch": { backgroundColor: "var(--editor-match)", outline: "1px solid var(--warn)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--editor-selection)" },
  "&.cm-focused .cm-matchingBracket": {
    backgroundColor: "var(--editor-match)",
    outline: "1px solid var(--accent-line)",
  },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--bad-soft)" },
  ".cm-specialChar": { color: "var(--bad)" },

  ".cm-lintRange-error": {
    backgroundColor: "var(--bad-soft)",
    backgroundImage: "none",
    paddingBottom: "0",
    textDecoration: "underline wavy var(--bad) 1.5px",
    textDecorationSkipInk: "none",
    textUnderlineOffset: "0.2em",
  },
  ".cm-lintPoint-error::after": { borderBottomColor: "var(--bad)" },
  ".cm-gutter-lint": { width: "0.75rem" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0 0 0 0.125rem" },
  ".cm-lint-marker": { height: "auto", width: "0.5rem" },
  ".cm-lint-marker-error": {
    backgroundColor: "var(--bad)",
    borderRadius: "50%",
    content: "''",
    display: "inline-block",
    height: "0.5rem",
    verticalAlign: "0.0625rem",
  },

  ".cm-tooltip": {
    backgroundColor: "var(--surface)",
    border: "1px solid var(--line)",
    borderRadius: "10px",
    boxShadow: "var(--shadow-2)",
    color: "var(--text)",
    overflow: "hidden",
  },
  ".cm-diagnostic": {
    borderLeft: "0",
    fontFamily: "var(--sans)",
    fontSize: "0.875rem",
    maxWidth: "26rem",
    padding: "0.5rem 0.75rem",
  },
  ".cm-diagnostic p": { margin: "0" },
  ".cm-diagnostic p + p": { color: "var(--text-soft)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: "var(--mono)",
    fontSize: "0.8125rem",
    maxHeight: "16rem",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.25rem 0.625rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--accent-soft)",
    color: "var(--accent-strong)",
  },
  ".cm-completionIcon": { display: "none" },
  ".cm-completionMatchedText": { fontWeight: "650", textDecoration: "none" },
  ".cm-completionDetail": { color: "var(--text-faint)", fontStyle: "normal" },

  ".cm-panels": { backgroundColor: "var(--canvas)", color: "var(--text)", zIndex: "5" },
  ".cm-panels-bottom": { borderTop: "1px solid var(--line)" },
  ".cm-panel.cm-search": { fontSize: "0.875rem", padding: "0.625rem 2.25rem 0.625rem 0.75rem" },
  ".cm-panel.cm-search label": { fontSize: "0.8125rem", whiteSpace: "nowrap" },
  ".cm-panel.cm-search input[type=checkbox]": { accentColor: "var(--accent)" },
  ".cm-panel.cm-search [name=close]": {
    color: "var(--text-soft)",
    cursor: "pointer",
    fontSize: "1.25rem",
    height: "2rem",
    right: "0.375rem",
    top: "0.375rem",
    width: "2rem",
  },
  ".cm-textfield": {
    backgroundColor: "var(--surface)",
    border: "1px solid var(--control-line)",
    borderRadius: "8px",
    color: "var(--text)",
    fontFamily: "var(--mono)",
    fontSize: "0.8125rem",
    padding: "0.3125rem 0.5rem",
  },
  ".cm-button": {
    backgroundColor: "var(--surface)",
    backgroundImage: "none",
    border: "1px solid var(--control-line)",
    borderRadius: "8px",
    color: "var(--text)",
    cursor: "pointer",
    fontSize: "0.8125rem",
    padding: "0.3125rem 0.625rem",
  },
  ".cm-button:hover": { backgroundColor: "var(--sunken)" },
  ".cm-panel :focus-visible": { outline: "2px solid var(--accent)", outlineOffset: "1px" },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "560" },
  { tag: [tags.typeName, tags.bool, tags.null], color: "var(--code-type)" },
  { tag: tags.standard(tags.name), color: "var(--code-function)" },
  { tag: [tags.string], color: "var(--code-text)" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: tags.special(tags.string), color: "var(--code-name)" },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.operator, tags.punctuation, tags.paren, tags.squareBracket], color: "var(--text-soft)" },
]);

export const theme = [look, syntaxHighlighting(colours)];
