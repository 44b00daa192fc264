// For pages of other programs: <webdial-number>020 7946 0123</webdial-number> is a link that opens a small
// page of Webdial, where the person who is signed in there presses Dial. The page that holds it learns
// nothing and can dial nothing. One tag, no style, no further request:
//
//   <script src="https://dial.example/static/embed/webdial.js" async></script>
//
// `number` says what is dialled when the text is something else. Parts for a page's own style: link, state.
"use strict";

(() => {
  const NAME = "webdial-number";
  const WINDOW = "popup,width=440,height=640";
  const SITE = new URL("../../", document.currentScript.src);
  const TEXTS = {
    en: { dial: "Dial {name}", title: "Opens Webdial, where you dial", opened: "Webdial was opened." },
    de: { dial: "{name} wählen", title: "Öffnet Webdial, dort wählen Sie", opened: "Webdial wurde geöffnet." },
  };

  // A sheet that script makes is allowed where the page's policy allows no style (CSP 3, style-src).
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { display: inline }
    a { color: inherit; text-decoration: underline; text-decoration-style: dotted; text-underline-offset: 0.2em }
    a:hover { text-decoration-style: solid }
    a:focus-visible { outline: 2px solid; outline-offset: 2px }
    [role=status] { clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; white-space: nowrap; width: 1px }
  `);

  class WebdialNumber extends HTMLElement {
    static observedAttributes = ["number"];

    #link = document.createElement("a");
    #state = document.createElement("span");
    #watch = new MutationObserver(() => this.#show());

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open", delegatesFocus: true });
      root.adoptedStyleSheets = [sheet];
      this.#link.append(document.createElement("slot"));
      this.#link.target = "webdial";
      this.#link.part = "link";
      this.#link.addEventListener("click", (event) => this.#open(event));
      this.#state.setAttribute("role", "status");
      this.#state.part = "state";
      root.append(this.#link, this.#state);
    }

    connectedCallback() {
      this.#watch.observe(this, { characterData: true, childList: true, subtree: true });
      this.#show();
    }

    disconnectedCallback() {
      this.#watch.disconnect();
    }

    attributeChangedCallback() {
      this.#show();
    }

    #show() {
      const text = this.textContent.trim();
      const number = (this.getAttribute("number") ?? text).trim().slice(0, 200);
      this.#state.textContent = "";
      if (!number) {
        this.#link.removeAttribute("href");
        this.#link.removeAttribute("aria-label");
        return;
      }
      const said = text && text !== number ? `${text}, ${number}` : number;
      this.#link.href = `${new URL("dial/link", SITE)}?to=${encodeURIComponent(number)}`;
      this.#link.setAttribute("aria-label", this.#texts.dial.replace("{name}", () => said));
      this.#link.title = this.#texts.title;
    }

    // A window of its own where the browser lets it; else the link itself opens a tab.
    #open(event) {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      if (window.open(this.#link.href, "webdial", WINDOW)) event.preventDefault();
      this.#state.textContent = this.#texts.opened;
      this.dispatchEvent(new CustomEvent("webdial-opened", { bubbles: true, composed: true }));
    }

    get #texts() {
      const language = this.closest("[lang]")?.lang.toLowerCase().split("-")[0];
      return TEXTS[language] ?? TEXTS.en;
    }
  }

  if (!customElements.get(NAME)) customElements.define(NAME, WebdialNumber);
})();
