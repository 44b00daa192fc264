// The pages' texts, in the browser's language.

import { api } from "./settings.js";

export function text(name, ...values) {
  return api.i18n.getMessage(name, values.map(String));
}

export function fillTexts() {
  document.documentElement.lang = api.i18n.getUILanguage().startsWith("de") ? "de" : "en";
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
}

// The API answers in English. What callers meet most is told in their language; where the phone system's own words
// are part of the sentence, it stays as it came.
export function sentenceOf({ outcome, sentence }) {
  return text(`outcome_${outcome}`) || sentence;
}

export function reasonOf(error) {
  const sentence = text(`error_${error.code}`) || error.message || text("error_unknown");
  return error.hint && !text(`error_${error.code}`) ? `${sentence} ${error.hint}` : sentence;
}
