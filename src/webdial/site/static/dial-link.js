// Takes no press that was meant for the page before: a key still held down, the second half of a double
// click, a window brought to the front at the right moment. The button dials once the page has been seen
// for half a second, and a key is pressed anew. Without script the button is an ordinary one.
"use strict";

(() => {
  const SEEN_MS = 500; // longer than a double click takes, shorter than reading the number

  const form = document.querySelector("form[data-arm]");
  if (!form) return;
  const button = form.querySelector("[type=submit]");
  let timer = 0;
  let isArmed = false;

  function arm() {
    isArmed = true;
    button.removeAttribute("aria-disabled");
  }

  function disarm() {
    clearTimeout(timer);
    isArmed = false;
    button.setAttribute("aria-disabled", "true");
    if (document.visibilityState === "visible" && !document.prerendering) timer = setTimeout(arm, SEEN_MS);
  }

  const stop = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  form.addEventListener("keydown", (event) => event.repeat && ["Enter", " "].includes(event.key) && stop(event), true);
  for (const act of ["click", "submit"]) form.addEventListener(act, (event) => isArmed || stop(event), true);

  window.addEventListener("focus", disarm);
  window.addEventListener("pageshow", disarm);
  document.addEventListener("visibilitychange", disarm);
  document.addEventListener("prerenderingchange", disarm);
  disarm();
})();
