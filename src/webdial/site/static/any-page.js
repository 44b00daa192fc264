// My account | Any page: has this browser open telephone links with Webdial. It asks the person itself,
// and only within a click.
"use strict";

(() => {
  const SCHEME = "tel";
  const place = document.querySelector("[data-handler]");
  const [register, unregister] = place.querySelectorAll("button");
  const address = location.origin + place.dataset.handler;

  const tell = (name) => {
    const text = document.querySelector(`template[data-told=${name}]`).content.textContent;
    document.getElementById("handler-state").textContent = text;
  };

  if (!navigator.registerProtocolHandler) {
    register.disabled = true;
    tell(window.isSecureContext ? "unknown" : "insecure");
    return;
  }

  register.addEventListener("click", () => {
    try {
      navigator.registerProtocolHandler(SCHEME, address);
      tell("asked");
      unregister.hidden = !navigator.unregisterProtocolHandler;
    } catch {
      tell("refused");
    }
  });

  unregister.addEventListener("click", () => {
    navigator.unregisterProtocolHandler(SCHEME, address);
    tell("gone");
  });

  // Here it would only open this very site; it is there to be dragged.
  document.querySelector("[data-bookmarklet]").addEventListener("click", (event) => event.preventDefault());
})();
