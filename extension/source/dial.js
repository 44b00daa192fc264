// The small window: a number, who will ring, the call's state, recent calls, and the numbers of the page behind it.
// Dial is the one place from which the extension has a call placed.

import { api, hostOf, isPageMarked, patternsOf, readSettings, saveSettings } from "./settings.js";
import { latestCalls, placeCall } from "./site.js";
import { fillTexts, reasonOf, sentenceOf, text } from "./texts.js";

// A window that a page's click has opened takes no press in its first moment: that press was meant for the page.
const DEAF_MS = 500;

const DIALLED = new Set(["placing", "accepted", "queued", "sent", "handed_over"]);

const element = (id) => document.getElementById(id);
const shown = new URLSearchParams(location.search).get("number");
const openedAt = performance.now();
let site = null;
let isDialling = false;

fillTexts();
element("open-settings").addEventListener("click", () => api.runtime.openOptionsPage());
element("dial").addEventListener("submit", (event) => {
  event.preventDefault();
  if (shown !== null && performance.now() - openedAt < DEAF_MS) return;
  void dial({ number: element("number").value.trim() });
});
void open();

async function open() {
  const settings = await readSettings();
  site = settings.site;
  element("unpaired").hidden = Boolean(site);
  element("dial").hidden = !site;
  if (shown === null) await showPage(settings);
  if (!site) return;
  element("who").textContent = site.extension ? text("whoRings", site.extension) : text("whoRingsNobody");
  choose(shown ?? "");
  await showCalls();
}

function choose(number) {
  element("number").value = number;
  element(number ? "press" : "number").focus();
}

async function dial(content, key = crypto.randomUUID()) {
  if (isDialling || !content.number) return;
  busy(true);
  tell(text("ringing"), "busy");
  try {
    ended(await placeCall(site, content, key));
  } catch (error) {
    failed(error, content, key);
  } finally {
    busy(false);
  }
  await showCalls();
}

function ended(call) {
  const kind = DIALLED.has(call.outcome) ? "good" : "bad";
  tell(call.same_call ? `${text("sameCall")} ${sentenceOf(call)}` : sentenceOf(call), kind);
  if (call.same_call) offer(text("dialOnceMore"), () => dial({ number: call.number, again: call.id }));
  else if (call.link) offerLink(call.link);
}

function failed(error, content, key) {
  tell(reasonOf(error), "bad");
  if (error.code === "emergency_unconfirmed") offer(text("ringEmergency"), () => dial({ ...content, confirmed: true }, key));
  if (error.status === 401) offer(text("openSettings"), () => api.runtime.openOptionsPage());
}

function busy(value) {
  isDialling = value;
  element("press").setAttribute("aria-disabled", String(value));
  if (value) element("next").replaceChildren();
  if (value) element("next").hidden = true;
}

function tell(sentence, kind) {
  element("state").textContent = sentence;
  element("state").dataset.kind = kind;
}

function offer(label, act) {
  const button = pressable(label, act);
  button.className = "button";
  element("next").replaceChildren(button);
  element("next").hidden = false;
}

// Links go out within the person's own click, exactly as written.
function offerLink(link) {
  const opening = document.createElement("a");
  Object.assign(opening, { href: link, className: "button", textContent: text("openLink") });
  element("next").replaceChildren(opening);
  element("next").hidden = false;
  opening.focus();
}

function pressable(label, act) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", textContent: label });
  button.addEventListener("click", act);
  return button;
}

async function showCalls() {
  const calls = await latestCalls(site).catch((error) => {
    if (error.status === 401) failed(error);
    return [];
  });
  element("calls-part").hidden = !calls.length;
  element("calls").replaceChildren(...calls.map(rowOfCall));
}

function rowOfCall(call) {
  const at = new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "short" }).format(new Date(call.placed_at));
  return row(call.number, `${at} · ${sentenceOf(call)}`);
}

function row(number, below) {
  const item = document.createElement("li");
  const button = pressable(number, () => choose(number));
  button.setAttribute("aria-label", text("chooseNumber", number));
  const line = document.createElement("span");
  Object.assign(line, { className: "soft", textContent: below });
  item.append(button, line);
  return item;
}

// What stands in the page that the window was opened over, for those who use no pointer.
async function showPage(settings) {
  const [tab] = await api.tabs.query({ active: true, currentWindow: true });
  const host = hostOf(tab?.url ?? "");
  if (!host || settings.pages === "off") return;
  element("page-part").hidden = false;
  showSite(settings, host, tab);
  await showNumbers(tab);
}

function showSite(settings, host, tab) {
  element("site-part").hidden = false;
  element("site-text").textContent = text("markSite", host);
  element("site").checked = isPageMarked(settings, tab.url);
  element("site").addEventListener("change", async ({ target }) => {
    const isListedNow = settings.pages === "chosen" ? target.checked : !target.checked;
    if (isListedNow && settings.pages === "chosen") await api.permissions.request({ origins: patternsOf(host) });
    const others = (await readSettings()).sites.filter((each) => each !== host);
    await saveSettings({ sites: isListedNow ? [...others, host] : others });
    await showNumbers(tab);
  });
}

async function showNumbers(tab) {
  const found = (await api.tabs.sendMessage(tab.id, { ask: "numbers" }, { frameId: 0 }).catch(() => null)) ?? [];
  const distinct = [...new Map(found.map((each) => [each.number, each])).values()].slice(0, 50);
  element("page-numbers").replaceChildren(...distinct.map(({ number, text: written }) => row(number, written)));
}
