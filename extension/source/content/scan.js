// Walks the page for numbers once it has loaded, in short slices while it is idle, and again whatever changes. The pieces with
// digits are judged by the background, so the library costs the page nothing.

"use strict";

globalThis.webdial.scan ??= (() => {
  const marks = globalThis.webdial;
  const api = globalThis.browser ?? globalThis.chrome;

  // A run of digits that may be a number, with the words around it that tell what it is.
  const DIGITS = /\d(?:[\s().\-–‑/\u00a0\u202f（）]{0,3}\d){6,30}/g;
  const AROUND = 48;
  const LONGEST = 1500; // of one piece
  const MOST_PIECES = 150; // of one message
  const SLICE_MS = 8; // of one idle moment, so that neither key nor click waits long
  const NODES_BETWEEN_LOOKS_AT_THE_CLOCK = 32;
  const TOO_MANY = 2000; // changes that wait; then the whole page is looked through

  const LEFT_ALONE = new Set([
    "A", "AUDIO", "BUTTON", "CANVAS", "CODE", "EMBED", "HEAD", "IFRAME", "INPUT", "KBD", "MATH", "NOSCRIPT", "OBJECT",
    "OPTION", "PRE", "SAMP", "SCRIPT", "SELECT", "STYLE", "TEMPLATE", "TEXTAREA", "TITLE", "VAR", "VIDEO", "svg", "SVG",
  ]);

  let roots = [];
  let walker = null;
  let pieces = [];
  let isAwaited = false;
  let hasRemoved = false;

  const observer = new MutationObserver((records) => {
    for (const { type, target, addedNodes, removedNodes } of records) {
      if (type === "characterData") roots.push(target);
      else roots.push(...addedNodes);
      hasRemoved ||= removedNodes.length > 0;
    }
    if (roots.length > TOO_MANY) roots = [document.body];
    await_();
  });

  function start() {
    if (!document.body || document.designMode === "on") return;
    observer.observe(document.body, { childList: true, characterData: true, subtree: true });
    roots.push(document.body);
    await_();
  }

  function stop() {
    observer.disconnect();
    roots = [];
    walker = null;
    pieces = [];
    marks.forgetAll();
  }

  function await_() {
    if (isAwaited) return;
    isAwaited = true;
    requestIdleCallback(walk);
  }

  function walk(deadline) {
    isAwaited = false;
    if (hasRemoved) marks.forgetRemoved();
    hasRemoved = false;
    const end = performance.now() + Math.min(deadline.timeRemaining() - 2, SLICE_MS);
    let left = NODES_BETWEEN_LOOKS_AT_THE_CLOCK;
    for (let node = next(); node; node = next()) {
      take(node);
      if (pieces.length >= MOST_PIECES) return void judge().then(await_);
      if (--left > 0) continue;
      if (performance.now() >= end) return await_();
      left = NODES_BETWEEN_LOOKS_AT_THE_CLOCK;
    }
    if (pieces.length) judge().then(() => roots.length && await_());
  }

  // The next text to look at, from where the last slice ended.
  function next() {
    for (;;) {
      const node = walker?.nextNode();
      if (node) return node;
      const root = roots.shift();
      if (!root) return (walker = null);
      if (!root.isConnected) continue;
      if (root.nodeType === Node.TEXT_NODE) return root;
      if (root.nodeType === Node.ELEMENT_NODE) walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    }
  }

  function isLeftAlone(element) {
    if (LEFT_ALONE.has(element.tagName)) return true;
    if (!element.hasAttributes()) return false;
    const editable = element.getAttribute("contenteditable");
    return (editable !== null && editable !== "false") || /^(?:textbox|button|link)$/.test(element.getAttribute("role") ?? "");
  }

  function isWithinLeftAlone(node) {
    for (let each = node.parentElement; each; each = each.parentElement) if (isLeftAlone(each)) return true;
    return false;
  }

  // Nearly all texts are done with at the first line; only those with digits are asked where they stand, and remembered.
  function take(node) {
    const spans = isLong(node) ? spansOf(node.data) : [];
    if (spans.length ? marks.isLookedAt(node) : !marks.isMarked(node)) return;
    marks.noteLooked(node);
    if (isWithinLeftAlone(node)) return;
    const text = node.data;
    for (const [start, end] of spans) pieces.push({ node, text, start, piece: text.slice(start, end) });
  }

  // A script of the page may be as long as the page: its digits are not even looked for.
  function isLong(node) {
    return node.length > 6 && !LEFT_ALONE.has(node.parentNode.nodeName);
  }

  // Digits that stand near each other go together, so that none is cut in two.
  function spansOf(text) {
    const spans = [];
    let digitsEnd = 0;
    for (const { index, 0: digits } of text.matchAll(DIGITS)) {
      const [start, end] = [Math.max(0, index - AROUND), Math.min(text.length, index + digits.length + AROUND)];
      const last = spans.at(-1);
      if (last && start < last[1] && end - last[0] < LONGEST) last[1] = end;
      else spans.push([Math.max(start, digitsEnd), end]);
      if (last && last !== spans.at(-1)) last[1] = Math.min(last[1], index);
      digitsEnd = index + digits.length;
    }
    return spans;
  }

  async function judge() {
    const asked = pieces;
    pieces = [];
    const found = await api.runtime
      .sendMessage({ ask: "find", texts: asked.map(({ piece }) => piece) })
      .catch(() => null); // the extension was updated or removed
    asked.forEach(({ node, text, start }, at) => {
      const numbers = (found?.[at] ?? []).map((each) => ({ ...each, start: each.start + start, end: each.end + start }));
      if (numbers.length) marks.mark(node, text, numbers);
    });
  }

  return { start, stop };
})();
