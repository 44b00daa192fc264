// The Test of a phone system: where one reads on after a real dial, and what is said when the server
// does not answer it. And in a file of one's own the way from a fault to its place.
// The page works without this file.
"use strict";

(() => {
  const isTrial = (element) => element instanceof Element && element.id === "trial-form";

  function tellFailure(event) {
    if (!isTrial(event.detail.elt)) return;
    document.getElementById("dialled")?.remove();
    document.querySelector("#trial > .notice")?.remove();
    const told = document.getElementById("trial-failed").content.cloneNode(true);
    document.getElementById("trial").append(told);
  }

  // A fault's place in the text. Offsets count characters, a text area counts UTF-16 units.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest(".file-fault__place");
    if (!link) return;
    event.preventDefault();
    const source = document.getElementById("source");
    const characters = [...source.value];
    const unitsBefore = (offset) => characters.slice(0, offset).join("").length;
    source.focus();
    source.setSelectionRange(unitsBefore(link.dataset.start), unitsBefore(link.dataset.end));
  });

  document.addEventListener("htmx:responseError", tellFailure);
  document.addEventListener("htmx:sendError", tellFailure);

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id === "trial" || event.detail.elt?.id === "trial") {
      // The button that was pressed is gone; what came of it is where one reads on.
      document.getElementById("dialled")?.focus();
    }
  });
})();
