// The checker's faults: asked of the server while one types, marked in the text by the editor, listed
// below it. The server keeps nothing of what it is asked.

export const CHECK_DELAY_MS = 350; // typing has paused: long enough not to ask at every letter

export class Checker {
  constructor({ url, csrfToken, mostBytes, tooLong }) {
    this.url = url;
    this.csrfToken = csrfToken;
    this.mostBytes = mostBytes;
    this.tooLongText = tooLong;
    this.asking = null;
  }

  // Every fault, places counted as the editor counts. Throws when the server cannot be asked.
  async faultsOf(text) {
    if (this.isTooLong(text)) return [this.tooLong()];
    this.asking?.abort();
    this.asking = new AbortController();
    const answer = await fetch(this.url, {
      method: "POST",
      body: new URLSearchParams({ csrfmiddlewaretoken: this.csrfToken, source: text }),
      credentials: "same-origin",
      redirect: "error", // to signing in, most likely
      signal: this.asking.signal,
    });
    if (!answer.ok) throw new Error(`The checker answered ${answer.status}.`);
    const { faults } = await answer.json();
    const place = placesIn(text);
    return faults.map((fault) => ({ ...fault, start: place(fault.start), end: place(fault.end) }));
  }

  // The server reads no request of more than a megabyte, so it cannot be left to say so.
  isTooLong(text) {
    return text.length > this.mostBytes || new TextEncoder().encode(text).length > this.mostBytes;
  }

  tooLong() {
    return { message: this.tooLongText, hint: "", start: 0, end: 1, line: 1, column: 1 };
  }
}

// The server counts characters, the editor UTF-16 units: they differ behind an emoji.
export function placesIn(text) {
  if (!/[\ud800-\udfff]/.test(text)) return (offset) => Math.min(offset, text.length);
  const units = [0];
  for (const character of text) units.push(units.at(-1) + character.length);
  return (offset) => units[Math.min(offset, units.length - 1)];
}

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

export const diagnosticOf = (fault) => ({
  from: fault.start,
  to: fault.end,
  severity: "error",
  message: fault.message,
  renderMessage: () => {
    const told = document.createElement("div");
    told.append(paragraph(fault.message), ...(fault.hint ? [paragraph(fault.hint)] : []));
    return told;
  },
});

function paragraph(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}

// The list below the editor and the line that says how many there are.
export class FaultList {
  constructor({ list, said, row, texts }) {
    this.list = list;
    this.said = said;
    this.row = row;
    this.texts = texts; // in the language of the page
    this.shown = null;
    this.note = ""; // said besides, until the text is changed
  }

  show(faults) {
    const count = faults.length;
    const { no_faults: none, one_fault: one, faults: many } = this.texts;
    this.tell(count === 0 ? none : count === 1 ? one : filled(many, { count }), count > 0);
    const now = JSON.stringify(faults);
    if (now === this.shown) return;
    this.shown = now;
    this.list.replaceChildren(...(count ? [this.listOf(faults)] : []));
  }

  showUnknown() {
    this.tell(this.texts.unknown, true);
  }

  tell(text, isBad) {
    const told = this.note ? `${text}. ${this.note}` : text;
    if (this.said.textContent !== told) this.said.textContent = told;
    this.said.classList.toggle("is-bad", isBad);
    this.said.classList.toggle("is-good", !isBad);
  }

  listOf(faults) {
    const list = document.createElement("ol");
    list.className = "source-faults";
    list.tabIndex = 0;
    list.setAttribute("aria-label", this.texts.list);
    list.append(...faults.map((fault) => this.rowOf(fault)));
    return list;
  }

  rowOf(fault) {
    const row = this.row.content.cloneNode(true);
    const place = row.querySelector(".source-fault__place");
    place.textContent = filled(this.texts.place, fault);
    place.dataset.from = fault.start;
    place.dataset.to = fault.end;
    row.querySelector(".source-fault__message").textContent = fault.message;
    const hint = row.querySelector(".source-fault__hint");
    if (fault.hint) hint.textContent = fault.hint;
    else hint.remove();
    return row;
  }
}
