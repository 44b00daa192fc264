// What goes on without a window: into which pages the content scripts go, which digits there are numbers, and the
// window that shows a number. Nothing here places a call, so no message of a page's process can.

import { findNumbers } from "./finder.js";
import { api, isPageMarked, keepFromPages, pagesWanted, patternsOf, readSettings } from "./settings.js";

const SCRIPT = "numbers";
const FILES = { js: ["content/marks.js", "content/scan.js", "content/pointer.js"], css: ["content/numbers.css"] };
const MOST_TYPED = 200; // as the API takes
const MENU = "dial-selection";

api.runtime.onInstalled.addListener(async ({ reason }) => {
  await api.contextMenus.removeAll();
  api.contextMenus.create({ id: MENU, contexts: ["selection"], title: api.i18n.getMessage("menu") });
  await keepFromPages();
  await enterPages();
  if (reason === "install") await api.runtime.openOptionsPage();
});
api.runtime.onStartup.addListener(keepFromPages);
api.permissions.onAdded.addListener(enterPages);
api.permissions.onRemoved.addListener(enterPages);
api.storage.onChanged.addListener(async (changes) => {
  if (!["pages", "sites", "country", "telLinks"].some((name) => name in changes)) return;
  await enterPages();
});

api.contextMenus.onClicked.addListener(({ selectionText = "" }) => showNumber(selectionText));

api.commands.onCommand.addListener(async (command, tab) => {
  if (command !== "dial-selection" || !tab) return;
  const target = { tabId: tab.id, allFrames: true };
  const selected = await api.scripting.executeScript({ target, func: () => String(getSelection()) });
  const found = selected.map(({ result }) => result).find((text) => text?.trim());
  if (found) await showNumber(found);
});

// From content scripts alone: nothing is "externally_connectable", so pages cannot send any.
api.runtime.onMessage.addListener((message, sender, answer) => {
  if (sender.id !== api.runtime.id || !sender.tab) return false;
  const act = { settings: settingsFor, find: numbersIn, show: shown }[message?.ask];
  if (!act) return false;
  act(message, sender).then(answer, () => answer(null));
  return true;
});

// What a content script has to know; null where the person wants its page left alone.
async function settingsFor(_, { url = "", tab }) {
  const settings = await readSettings();
  return isPageMarked(settings, url, tab.url ?? "") ? { telLinks: settings.telLinks } : null;
}

async function numbersIn({ texts }) {
  const { country } = await readSettings();
  return texts.slice(0, 1000).map((text) => findNumbers(String(text).slice(0, 2000), country));
}

async function shown({ number }) {
  await showNumber(String(number));
  return true;
}

// One window at a time: what a second number shows takes the first one's place.
async function showNumber(text) {
  const number = text.replace(/\s+/g, " ").trim().slice(0, MOST_TYPED);
  const { open } = await api.storage.session.get("open");
  if (open) await api.windows.remove(open).catch(() => {});
  const url = api.runtime.getURL(`dial.html?number=${encodeURIComponent(number)}`);
  const { id } = await api.windows.create({ url, type: "popup", width: 420, height: 560 });
  await api.storage.session.set({ open: id });
}

// Register the content scripts for the pages that were chosen and granted, and tell those that are open.
// One after the other: two at once would both find nothing registered.
let entering = Promise.resolve();
function enterPages() {
  entering = entering.then(enterPagesNow, enterPagesNow);
  return entering;
}

async function enterPagesNow() {
  const settings = await readSettings();
  const matches = await granted(pagesWanted(settings));
  const left = settings.pages === "all" ? [...settings.sites, ...settings.managed.excluded] : settings.managed.excluded;
  const registered = await api.scripting.getRegisteredContentScripts({ ids: [SCRIPT] });
  if (registered.length) await api.scripting.unregisterContentScripts({ ids: [SCRIPT] });
  if (matches.length) {
    // Whatever runs later than at the start is a task of its own, which Chromium has the load event wait for: behind the layout
    // of a long page. At the start nothing but three small files is read; the looking begins after the load event.
    const script = { id: SCRIPT, matches, allFrames: true, runAt: "document_start", ...FILES };
    await api.scripting.registerContentScripts([{ ...script, excludeMatches: left.flatMap(patternsOf) }]);
  }
  void enterOpenPages(settings, matches); // not waited for: a page that never answers would hold up the next change
}

async function granted(patterns) {
  const checked = await Promise.all(
    patterns.map(async (each) => ((await api.permissions.contains({ origins: [each] })) ? [each] : [])),
  );
  return checked.flat();
}

async function enterOpenPages(settings, matches) {
  const tabs = await api.tabs.query({});
  const wanted = matches.length ? await api.tabs.query({ url: matches }) : [];
  const marked = wanted.filter((tab) => isPageMarked(settings, tab.url ?? "")).map((tab) => tab.id);
  await Promise.all([
    ...marked.map((id) => enter(id).catch(() => {})),
    ...tabs.map((tab) => api.tabs.sendMessage(tab.id, { tell: "settings" }).catch(() => {})),
  ]);
}

async function enter(tabId) {
  const target = { tabId, allFrames: true };
  await api.scripting.insertCSS({ target, files: FILES.css });
  await api.scripting.executeScript({ target, files: FILES.js });
}
