// The list of requests received, and the dial strings offered for copying.

import { element, icon, setText } from "./elements.js";

const SHOWN = 50;
const TARGET_CHARS = 400;

function kindOf({ progress, status }) {
  if (progress === "waiting") return "open";
  if (progress === "broken_off" || status >= 400) return "bad";
  return status >= 300 ? "moved" : "good";
}

function statusOf({ progress, status }) {
  if (progress === "waiting") return status === null ? "No answer yet" : `${status}, going on`;
  if (progress === "broken_off") return status === null ? "Not answered" : `${status}, broken off`;
  return String(status);
}

function shorten(text, limit) {
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

function makeEntry(entry) {
  const time = element("time", "", new Date(entry.at).toLocaleTimeString());
  time.dateTime = entry.at;
  const node = element(
    "li", "entry",
    element("div", "entry-head", element("span", "method", entry.method), time, element("span", "took")),
    element("code", "entry-target", shorten(entry.target, TARGET_CHARS)),
    element("code", "entry-body"),
    element("p", "entry-answer", icon("answer"), element("span", "", element("span", "status"), " ", element("span", "answer-text"))),
    makeHeaders(entry.headers),
  );
  return node;
}

function makeHeaders(headers) {
  const list = element("div", "headers", ...headers.map(([name, value]) => element("code", "", `${name}: ${value}`)));
  return element("details", "", element("summary", "", icon("chevron"), "Headers"), list);
}

function showEntry(node, entry) {
  node.dataset.kind = kindOf(entry);
  const body = node.querySelector(".entry-body");
  body.hidden = !entry.body;
  setText(body, entry.body);
  setText(node.querySelector(".status"), statusOf(entry));
  setText(node.querySelector(".answer-text"), entry.answer);
  setText(node.querySelector(".took"), entry.took_ms === null ? "" : `${Math.max(1, Math.round(entry.took_ms))} ms`);
}

export class RequestLog {
  #nodes = new Map();

  constructor({ list, nothing }) {
    this.list = list;
    this.nothing = nothing;
  }

  show({ fresh, entries }) {
    if (fresh) {
      this.#nodes.clear();
      this.list.replaceChildren();
    }
    for (const entry of entries) {
      if (!this.#nodes.has(entry.id)) {
        const node = makeEntry(entry);
        this.#nodes.set(entry.id, node);
        this.list.prepend(node);
      }
      showEntry(this.#nodes.get(entry.id), entry);
    }
    for (const id of [...this.#nodes.keys()].slice(0, Math.max(0, this.#nodes.size - SHOWN))) {
      this.#nodes.get(id).remove();
      this.#nodes.delete(id);
    }
    this.nothing.hidden = this.#nodes.size > 0;
  }
}

export function showDialStrings(list, addresses, tell) {
  list.replaceChildren(...addresses.map(({ dial_string: dialString, sentence }) => {
    const copy = element("button", "copy", icon("copy"));
    copy.type = "button";
    copy.setAttribute("aria-label", `Copy: ${sentence}`);
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(dialString);
      copy.dataset.copied = "";
      setTimeout(() => delete copy.dataset.copied, 1500);
      tell("Copied.");
    });
    return element("li", "", element("p", "", sentence), element("code", "", dialString), copy);
  }));
}
