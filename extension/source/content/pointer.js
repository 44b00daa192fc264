// A person's click on a number, or on a tel: link, shows it in the extension's own window. The window dials, never a page:
// so a page that draws something over a number, or moves it under the pointer, gains nothing.

"use strict";

globalThis.webdial.pointer ??= (() => {
  const marks = globalThis.webdial;
  const api = globalThis.browser ?? globalThis.chrome;
  const LONGEST_LOAD_MS = 5_000; // from the end of its text; then a page is looked through though something in it hangs
  const BUSY = "a, button, input, textarea, select, label, summary, [contenteditable], [role=button], [role=link], [role=tab]";

  const loaded = whenLoaded();
  let settings = null;
  let hint = null;
  let isMoving = false;

  // Scripts can make clicks too; theirs are not trusted.
  function isPersons(event) {
    return event.isTrusted && event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  }

  function onClick(event) {
    if (!settings || !isPersons(event)) return;
    const number = numberOfLink(event) ?? numberOfText(event);
    if (!number) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    show(number);
  }

  function numberOfLink(event) {
    if (!settings.telLinks) return null;
    const link = event.composedPath().find((each) => each instanceof HTMLAnchorElement && /^tel:/i.test(each.href));
    return link ? numberOf(link.href.slice(4)) : null;
  }

  // Of what stands behind tel: (RFC 3966). The site takes an extension in words, and says when it is not dialled.
  function numberOf(target) {
    const [number, ...parameters] = target.split(";");
    const extension = parameters.find((each) => /^ext=./i.test(each))?.slice(4);
    return decoded(extension ? `${number} ext ${extension}` : number);
  }

  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  function numberOfText(event) {
    if (event.target.closest?.(BUSY) || !getSelection().isCollapsed) return null;
    return marks.numberAt(event.clientX, event.clientY)?.number ?? null;
  }

  function show(number) {
    api.runtime.sendMessage({ ask: "show", number }).catch(() => {});
  }

  function onMove(event) {
    if (isMoving || !event.isTrusted) return;
    isMoving = true;
    requestAnimationFrame(() => {
      isMoving = false;
      const found = settings && !event.target.closest?.(BUSY) ? marks.numberAt(event.clientX, event.clientY) : null;
      if (found) showHint(found);
      else hint?.remove();
    });
  }

  // Beside the pointer, in a closed tree: the page can neither read nor press anything there.
  function showHint({ text, place }) {
    hint ??= newHint();
    if (!hint.host.isConnected) document.documentElement.append(hint.host);
    const above = place.top > 34;
    hint.host.style.setProperty("inset", `${above ? place.top - 32 : place.bottom + 4}px auto auto ${place.left}px`, "important");
    hint.tell(api.i18n.getMessage("dialNumber", text));
  }

  function newHint() {
    const host = document.createElement("div");
    host.style.cssText = "all: initial !important; position: fixed !important; z-index: 2147483647 !important; pointer-events: none !important";
    const tree = host.attachShadow({ mode: "closed" });
    const style = new CSSStyleSheet();
    style.replaceSync(`span { font: 500 13px/1 system-ui, sans-serif; color: #fff; background: #1f3a5f; padding: 6px 9px;
      border-radius: 6px; white-space: nowrap; box-shadow: 0 1px 4px rgb(0 0 0 / 0.35) }`);
    tree.adoptedStyleSheets = [style];
    const label = document.createElement("span");
    label.setAttribute("aria-hidden", "true");
    tree.append(label);
    return { host, remove: () => host.remove(), tell: (text) => (label.textContent = text) };
  }

  // The page's own loading comes first: to ask wakes the background, and what is done in idle moments before the load event
  // puts that event off.
  function whenLoaded() {
    if (document.readyState === "complete") return Promise.resolve();
    return new Promise((done) => {
      addEventListener("load", done, { once: true });
      const waitNoLonger = () => setTimeout(done, LONGEST_LOAD_MS);
      if (document.readyState === "interactive") waitNoLonger();
      else addEventListener("DOMContentLoaded", waitNoLonger, { once: true });
    });
  }

  async function ask() {
    await loaded;
    const told = await api.runtime.sendMessage({ ask: "settings" }).catch(() => null);
    const wasOn = settings !== null;
    settings = told;
    if (wasOn && !told) {
      marks.scan.stop();
      hint?.remove();
    } else if (told) {
      if (wasOn) marks.scan.stop(); // the country may be another
      marks.scan.start();
    }
  }

  addEventListener("click", onClick, { capture: true });
  addEventListener("mousemove", onMove, { capture: true, passive: true });
  api.runtime.onMessage.addListener((message, sender, answer) => {
    if (sender.id !== api.runtime.id) return false;
    if (message?.tell === "settings") void ask();
    if (message?.ask === "numbers") answer(settings ? marks.all().slice(0, 200) : null);
    return false;
  });
  void ask();
  return true;
})();
