// What pages do beyond htmx: the keypad, the state of a call from the first instant, local times,
// menus and the carets of faults. Every page works without this file, live states excepted.
"use strict";

(() => {
  const LONG_PRESS_MS = 450;
  const BUSY_MS = 1500; // a second click within this is taken for a double click
  const LOOK_AGAIN_MS = [700, 1500, 3000, 6000, 12000]; // for a call handed to a link

  const on = (type, selector, act) =>
    document.addEventListener(type, (event) => {
      const element = event.target instanceof Element && event.target.closest(selector);
      if (element) act(element, event);
    });

  const latestCall = () => document.getElementById("latest-call");

  // ---- The state of a call ---------------------------------------------------------------

  function showCall(templateId, number) {
    const panel = latestCall();
    const template = document.getElementById(templateId);
    if (!panel || !template) return;
    const content = template.content.cloneNode(true);
    for (const place of content.querySelectorAll("[data-number]")) place.textContent = number;
    panel.replaceChildren(content);
    raisePanel();
  }

  function raisePanel() {
    const panel = latestCall();
    panel.classList.remove("is-empty");
    if (panel.classList.contains("call-card")) {
      panel.classList.toggle("is-sheet", matchMedia("(width < 50rem)").matches);
      panel.scrollIntoView({ block: "nearest" });
    }
  }

  const numberOf = (form) => String(new FormData(form).get("number") ?? "").trim();

  const isDialForm = (element) => element instanceof HTMLFormElement && "dial" in element.dataset;

  // A form is known to the server by the id of its page, so that it dials once however often it is sent.
  // A page that has shown what came of it dials anew on purpose, with the next id.
  function renewId(xhr) {
    const id = xhr?.getResponseHeader("Webdial-Next-Id");
    if (!id) return;
    for (const field of document.querySelectorAll("input[name=once]")) field.value = id;
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (!isDialForm(form)) return;
    form.focusedBefore = form.contains(document.activeElement) ? document.activeElement : null;
    showCall("call-asking", numberOf(form));
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    if (!isDialForm(form)) return;
    const status = event.detail.xhr?.status ?? 0;
    const isAnswered = (status >= 200 && status < 400) || [422, 429].includes(status);
    // Refused before anything was done (a page from before the last sign-in), or who knows.
    const isRefused = status >= 400 && status < 500;
    if (isAnswered) renewId(event.detail.xhr);
    else showCall(isRefused ? "call-stale" : "call-unknown", numberOf(form));
    // A button that was disabled meanwhile has lost the keyboard's place.
    const isLost = [document.body, document.getElementById("main")].includes(document.activeElement);
    if (form.focusedBefore?.isConnected && isLost) form.focusedBefore.focus();
  });

  // Forms that the browser sends itself: they lead to another page, or to a link that starts
  // the phone program and leaves this page as it is.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!isDialForm(form) || form.hasAttribute("data-hx-post")) return;
    if ("busy" in form.dataset) {
      event.preventDefault();
      return;
    }
    form.dataset.busy = "";
    isLeft = false;
    setTimeout(() => delete form.dataset.busy, BUSY_MS);
    const before = latestCall()?.querySelector("[data-call]")?.dataset.call;
    const number = numberOf(form);
    showCall(form.dataset.dial === "link" ? "call-handing" : "call-asking", number);
    lookForHandedOver(before, LOOK_AGAIN_MS);
  });

  // A page that was left for another is found by going back as it was: with its id, and not looking any more.
  let isLeft = false;
  window.addEventListener("pagehide", () => {
    isLeft = true;
  });

  function lookForHandedOver(before, [wait, ...waits]) {
    if (wait === undefined) return;
    setTimeout(() => {
      if (isLeft) return;
      const panel = latestCall();
      const now = panel?.querySelector("[data-call]")?.dataset.call;
      if (!panel || (now && now !== before)) return;
      panel.dataset.before = before ?? "";
      htmx.trigger(panel, "webdial:handed-over");
      lookForHandedOver(before, waits);
    }, wait);
  }

  // The call before the one that was just dialled is no news.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const panel = latestCall();
    if (event.detail.elt !== panel || event.detail.target !== panel) return;
    const { before } = panel.dataset;
    if (before && event.detail.serverResponse.includes(`data-call="${before}"`)) {
      event.detail.shouldSwap = false;
    } else {
      renewId(event.detail.xhr);
      setTimeout(raisePanel);
    }
  });

  // A number's link is there for copying, for screen readers and for pages without script. A click
  // does what the Dial button beside it does; with a key held down it stays a link.
  on("click", "a[data-tel]", (link, event) => {
    const form = link.parentElement.querySelector("form[data-dial]");
    if (!form || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    form.requestSubmit();
  });

  on("click", "[data-close-call]", () => {
    const panel = latestCall();
    if (panel.classList.contains("call-card")) panel.classList.remove("is-sheet");
    else panel.replaceChildren();
  });

  // ---- Number field and keypad ---------------------------------------------------------------

  const numberField = () => document.getElementById("number");
  const hasMouse = matchMedia("(hover: hover) and (pointer: fine)").matches;

  on("input", "#number", (field) => field.classList.toggle("is-long", field.value.length > 15));

  function changeNumber(change) {
    const field = numberField();
    change(field, field.selectionStart ?? field.value.length, field.selectionEnd ?? 0);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    // Where there is no mouse, a field with the focus brings up a keyboard over the keypad.
    if (hasMouse) field.focus();
  }

  const typeKey = (key) =>
    changeNumber((field, start, end) => field.setRangeText(key, start, Math.max(start, end), "end"));

  const erase = () =>
    changeNumber((field, start, end) => {
      const from = start === end ? Math.max(0, start - 1) : start;
      field.setRangeText("", from, end, "end");
    });

  const eraseAll = () =>
    changeNumber((field) => {
      field.value = "";
    });

  let held = null;

  function hold(button, act) {
    release();
    held = { button, isDone: false };
    held.timer = setTimeout(() => {
      held.isDone = true;
      act();
    }, LONG_PRESS_MS);
  }

  function release() {
    if (held) clearTimeout(held.timer);
  }

  on("pointerdown", "[data-held-key]", (key) => hold(key, () => typeKey(key.dataset.heldKey)));
  on("pointerdown", "[data-erase]", (key) => hold(key, eraseAll));
  document.addEventListener("pointerup", release);
  document.addEventListener("pointercancel", release);

  // The click that ends a long press has been acted on already.
  function wasHeld(button) {
    const isDone = held?.button === button && held.isDone;
    held = null;
    return isDone;
  }

  on("click", "[data-key]", (key) => wasHeld(key) || typeKey(key.dataset.key));
  on("click", "[data-erase]", (key) => wasHeld(key) || erase());
  on("contextmenu", "[data-held-key], [data-erase]", (_, event) => event.preventDefault());

  on("click", "[data-toggle]", (button) => {
    const isOpen = document.getElementById(button.dataset.toggle).classList.toggle("is-open");
    button.setAttribute("aria-expanded", String(isOpen));
  });

  if (hasMouse) document.querySelector("[data-focus]")?.focus();

  // ---- Times --------------------------------------------------------------------------------

  const language = document.documentElement.lang; // times read like the rest of the page
  const clock = new Intl.DateTimeFormat(language, { timeStyle: "short" });
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
  const dayAndYear = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  const full = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "medium" });

  function relative(time, now) {
    const minutes = Math.floor((now - time) / 60000);
    const words = document.body.dataset;
    if (minutes < 1) return words.now;
    if (minutes < 60) return words.minutes.replace("{count}", minutes);
    const daysAgo = Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(time).setHours(0, 0, 0, 0)) / 86400000);
    if (daysAgo === 0) return words.today.replace("{time}", clock.format(time));
    if (daysAgo === 1) return words.yesterday.replace("{time}", clock.format(time));
    if (time.getFullYear() === now.getFullYear()) return `${day.format(time)}, ${clock.format(time)}`;
    return dayAndYear.format(time);
  }

  function showTimes() {
    const now = new Date();
    for (const element of document.querySelectorAll("time[data-time]")) {
      const time = new Date(element.dateTime);
      const text = element.dataset.time === "full" ? full.format(time) : relative(time, now);
      if (element.textContent !== text) element.textContent = text;
      element.title = full.format(time);
    }
  }

  showTimes();
  setInterval(showTimes, 30000);
  document.addEventListener("htmx:afterSettle", showTimes);

  // ---- Menus ---------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll(".menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // Of tabs that are wider than the screen, the one that is open is seen.
  for (const tab of document.querySelectorAll(".subnav__link[aria-current]")) {
    const row = tab.parentElement;
    row.scrollLeft += tab.getBoundingClientRect().left - (row.clientWidth - tab.clientWidth) / 2;
  }

  // ---- Lists whose rows are ticked -----------------------------------------------------------

  // `data-tick-all` names the boxes of its form that it ticks, and shows whether all of them are.
  const ticksOf = (box) => [...box.form.querySelectorAll(`[name="${box.dataset.tickAll}"]`)];

  function showTickAll(box) {
    const ticks = ticksOf(box);
    const count = ticks.filter((tick) => tick.checked).length;
    box.closest("label").hidden = ticks.length < 2;
    box.checked = count === ticks.length;
    box.indeterminate = count > 0 && count < ticks.length;
  }

  const showAllTickAll = () => document.querySelectorAll("[data-tick-all]").forEach(showTickAll);

  on("change", "[data-tick-all]", (box) => {
    for (const tick of ticksOf(box)) tick.checked = box.checked;
  });
  on("change", "input[type=checkbox]", showAllTickAll);
  document.addEventListener("htmx:afterSettle", showAllTickAll);
  // A page that one comes back to has its ticks again only now.
  window.addEventListener("pageshow", showAllTickAll);

  // ---- Faults ---------------------------------------------------------------------------------

  // The carets of a fault far to the right must be seen without scrolling.
  function showCarets() {
    for (const view of document.querySelectorAll(".fault__view")) {
      const text = view.firstChild;
      const caret = text ? text.data.indexOf("^", text.data.lastIndexOf("\n")) : -1;
      if (caret < 0) continue;
      const place = document.createRange();
      place.setStart(text, caret);
      place.setEnd(text, caret + 1);
      const { left } = place.getBoundingClientRect();
      view.scrollLeft += left - view.getBoundingClientRect().left - view.clientWidth / 2;
    }
  }

  showCarets();
  document.addEventListener("htmx:afterSettle", showCarets);
})();
