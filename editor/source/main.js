// Makes the function's text area an editor. The page is complete without: what stands here only enhances it.

import { forceLinting } from "@codemirror/lint";
import { jumpTo, makeEditor, replaceAll } from "./editor.js";
import { Checker, FaultList, diagnosticOf, placesIn } from "./faults.js";

const byId = (id) => document.getElementById(id);
const dataOf = (id) => JSON.parse(byId(id).textContent);

function enhance(frame) {
  const area = byId("source");
  const form = area.form;
  const save = byId("save");
  const words = dataOf("editor-words");
  const checker = new Checker({
    url: frame.dataset.checkUrl,
    csrfToken: form.elements.csrfmiddlewaretoken.value,
    mostBytes: words.most_bytes,
    tooLong: words.texts.too_long,
  });
  const faultList = new FaultList({
    list: byId("source-faults"),
    said: byId("source-said"),
    row: byId("fault-row"),
    texts: words.texts,
  });

  async function diagnose(text) {
    try {
      const faults = await checker.faultsOf(text);
      faultList.show(faults);
      return faults.map(diagnosticOf);
    } catch (error) {
      if (error.name !== "AbortError") faultList.showUnknown();
      return [];
    }
  }

  const host = document.createElement("div");
  host.className = "editor__host";
  area.before(host);
  const view = makeEditor({
    host,
    text: area.value,
    words,
    diagnose,
    onChange: showState,
    commands: {
      save: () => (form.requestSubmit(save), true),
      tryOut: () => (byId("try-button").click(), true),
    },
  });
  const begun = view.state.doc;
  const isSaved = !("unsaved" in form.dataset);
  area.hidden = true;
  area.removeAttribute("aria-describedby");
  if (area.autofocus) view.focus();

  // ---- What stands in the editor is what the form sends -------------------------------------

  const badge = byId("source-state");
  const badgeText = badge.textContent;

  function showState(doc) {
    area.value = doc.toString();
    faultList.note = "";
    const isChanged = !(isSaved && doc.eq(begun));
    badge.textContent = isChanged ? words.texts.not_saved : badgeText;
    badge.classList.toggle("badge--warn", isChanged);
    showTrialState(doc);
  }

  // ---- What was tried may be older than what stands in the editor ----------------------------

  const trial = byId("trial");
  let askedDoc = null;
  let triedDoc = trial.querySelector("h3, .fault, .notice, .source-faults") ? begun : null;

  function showTrialState(doc) {
    const isStale = triedDoc !== null && !doc.eq(triedDoc);
    trial.classList.toggle("is-stale", isStale);
    byId("trial-stale").hidden = !isStale;
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target === trial) askedDoc = view.state.doc;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== trial) return;
    triedDoc = askedDoc;
    showTrialState(view.state.doc);
  });

  let isLeaving = false;
  form.addEventListener("submit", (event) => {
    if (checker.isTooLong(area.value)) {
      event.preventDefault();
      forceLinting(view);
      jumpTo(view, 0, 0);
    } else {
      isLeaving = true;
    }
  });
  addEventListener("pageshow", () => (isLeaving = false));
  addEventListener("beforeunload", (event) => {
    if (!isLeaving && !view.state.doc.eq(begun)) event.preventDefault();
  });

  // ---- Ways to and from the editor ------------------------------------------------------------

  byId("source-label").addEventListener("click", (event) => {
    event.preventDefault();
    view.focus();
  });

  // Enter presses the form's first button, which tries; in the note one means to save.
  byId("note").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit(save);
  });

  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a[href='#source']");
    if (!link) return;
    event.preventDefault();
    const { start, end, from, to } = link.dataset;
    const place = placesIn(view.state.doc.toString()); // the server's places count characters
    if (start) jumpTo(view, place(Number(start)), place(Number(end)));
    else jumpTo(view, Number(from), Number(to));
  });

  document.querySelector("[data-insert-sample]")?.addEventListener("click", (event) => {
    event.preventDefault();
    replaceAll(view, dataOf("editor-sample"));
    faultList.note = words.texts.sample;
  });

  if (/Mac|iPhone|iPad/.test(navigator.platform)) {
    for (const key of document.querySelectorAll("[data-mod]")) key.textContent = "⌘";
  }
}

// An answer that htmx does not put into the page must not look like none.
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, (event) => {
    if (!event.detail.elt.matches("[data-hx-target='#trial']")) return;
    byId("trial").replaceChildren(byId("trial-failed").content.cloneNode(true));
    byId("trial-said").textContent = byId("trial").textContent;
  });
}

const frame = document.querySelector("[data-function-editor]");
if (frame) enhance(frame);
