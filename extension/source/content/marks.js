// Where the page's numbers are. The page's own elements stay as they are: nothing is put around a number, since frameworks
// that keep hold of their text nodes break when those are moved.

"use strict";

globalThis.webdial ??= (() => {
  const NAME = "webdial-number";
  const marked = new Map(); // Text -> [{start, end, number, range}]
  let looked = new WeakMap(); // Text -> the text that was looked at
  const highlight = new Highlight();

  function isLookedAt(node) {
    return looked.get(node) === node.data;
  }

  function isMarked(node) {
    return marked.has(node);
  }

  function noteLooked(node) {
    looked.set(node, node.data);
    if (marked.has(node)) unmark(node);
  }

  // `text` is what the numbers were found in; when the page has changed it since, they are not marked.
  function mark(node, text, found) {
    if (node.data !== text || !node.isConnected) return;
    const marks = found.map((each) => ({ ...each, range: staticRange(node, each) }));
    marked.set(node, [...(marked.get(node) ?? []), ...marks]);
    for (const { range } of marks) highlight.add(range);
    if (!CSS.highlights.has(NAME)) CSS.highlights.set(NAME, highlight);
  }

  // A live range would cost time at every change of the page.
  function staticRange(node, { start, end }) {
    return new StaticRange({ startContainer: node, startOffset: start, endContainer: node, endOffset: end });
  }

  function unmark(node) {
    for (const { range } of marked.get(node) ?? []) highlight.delete(range);
    marked.delete(node);
  }

  function forgetRemoved() {
    for (const node of marked.keys()) if (!node.isConnected) unmark(node);
  }

  function forgetAll() {
    for (const node of [...marked.keys()]) unmark(node);
    looked = new WeakMap();
    CSS.highlights.delete(NAME);
  }

  // The number under a point of the window, with its place there; null when there is none.
  function numberAt(x, y) {
    if (!marked.size) return null;
    const caret = document.caretPositionFromPoint(x, y);
    for (const { start, end, number } of marked.get(caret?.offsetNode) ?? []) {
      const place = placeOf(caret.offsetNode, start, end).find((each) => holds(each, x, y));
      if (place) return { number, place, text: caret.offsetNode.data.slice(start, end) };
    }
    return null;
  }

  function placeOf(node, start, end) {
    const range = document.createRange();
    range.setStart(node, start);
    range.setEnd(node, end);
    return [...range.getClientRects()];
  }

  function holds({ left, right, top, bottom }, x, y) {
    return left <= x && x <= right && top <= y && y <= bottom;
  }

  function all() {
    forgetRemoved();
    return [...marked].flatMap(([node, marks]) =>
      marks.map(({ start, end, number }) => ({ number, text: node.data.slice(start, end) })),
    );
  }

  return { isLookedAt, isMarked, noteLooked, mark, forgetRemoved, forgetAll, numberAt, all };
})();
