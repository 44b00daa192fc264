// The editor itself, in a shadow tree: only there does CodeMirror put its styles into the page by way of
// constructed style sheets, which the content security policy allows.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { diagnosticCount, lintGutter, linter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  dropCursor,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { language } from "./dialect.js";
import { CHECK_DELAY_MS } from "./faults.js";
import { theme } from "./theme.js";

const LABEL = "Function. Tab indents. Press Escape and then Tab to leave the editor.";

// Chromium would write the colour of what is typed over into the text, as an inline style, which the content
// security policy forbids and reports. So the editor does this typing itself.
const typingOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { state } = view;
    const { main } = state.selection;
    if (event.inputType !== "insertText" || !event.data || main.empty || view.composing) return false;
    const insert = () =>
      state.update(state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    const handlers = state.facet(EditorView.inputHandler);
    if (!handlers.some((handle) => handle(view, main.from, main.to, event.data, insert))) {
      view.dispatch(insert());
    }
    event.preventDefault();
    return true;
  },
});

export function makeEditor({ host, text, words, diagnose, onChange, commands }) {
  const root = host.attachShadow({ mode: "open" });
  const state = EditorState.create({
    doc: text,
    extensions: [
      lineNumbers(),
      lintGutter(),
      highlightActiveLineGutter(),
      highlightSpecialChars(),
      history(),
      drawSelection(),
      dropCursor(),
      EditorState.allowMultipleSelections.of(true),
      indentUnit.of("  "),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      // Only when asked for: what opens by itself would take the Enter that ends a line.
      autocompletion({ activateOnTyping: false }),
      typingOver,
      highlightActiveLine(),
      highlightSelectionMatches(),
      search({ top: false }),
      EditorView.lineWrapping,
      language(words),
      theme,
      linter((view) => diagnose(view.state.doc.toString()), { delay: CHECK_DELAY_MS }),
      EditorView.contentAttributes.of((view) => ({
        "aria-label": LABEL,
        "aria-invalid": String(diagnosticCount(view.state) > 0),
        autocapitalize: "off",
        autocorrect: "off",
      })),
      EditorView.updateListener.of((update) => update.docChanged && onChange(update.state.doc)),
      keymap.of([
        { key: "Mod-s", run: commands.save, preventDefault: true },
        { key: "Mod-Enter", run: commands.tryOut, preventDefault: true },
        ...closeBracketsKeymap,
        ...defaultKeymap,
        ...searchKeymap,
        ...historyKeymap,
        ...completionKeymap,
        ...lintKeymap,
        indentWithTab,
      ]),
    ],
  });
  return new EditorView({ state, parent: root, root });
}

export function jumpTo(view, from, to) {
  const end = view.state.doc.length;
  view.dispatch({
    selection: { anchor: Math.min(from, end), head: Math.min(to, end) },
    effects: EditorView.scrollIntoView(Math.min(from, end), { y: "center" }),
  });
  view.focus();
}

export function replaceAll(view, text) {
  view.dispatch({
    changes: { from: 0, to: view.state.doc.length, insert: text },
    selection: { anchor: 0 },
    userEvent: "input.paste",
  });
  view.focus();
}
