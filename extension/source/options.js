// Pairing, and where numbers become clickable. Access to sites is asked for here, on a press, and only what is needed.

import { getCountries } from "./phone-numbers.js";
import { api, hostPatterns, pagesWanted, readSettings, saveSettings, siteOf } from "./settings.js";
import { isSafe, originOf, pair, readSelf, unpair } from "./site.js";
import { fillTexts, reasonOf, text } from "./texts.js";

const element = (id) => document.getElementById(id);
const marking = element("marking");

fillTexts();
element("pair").addEventListener("submit", onPair);
element("unpair").addEventListener("click", onUnpair);
marking.addEventListener("submit", onSave);
void open();

async function open() {
  fillCountries();
  const settings = await readSettings();
  if (settings.site) await renew(settings);
  show(await readSettings());
}

function fillCountries() {
  const names = new Intl.DisplayNames([api.i18n.getUILanguage()], { type: "region" });
  const options = getCountries().map((code) => new Option(names.of(code) ?? code, code));
  options.sort((a, b) => a.text.localeCompare(b.text));
  element("country").replaceChildren(new Option(text("noCountry"), ""), ...options);
}

function show(settings) {
  element("pairing").hidden = Boolean(settings.site);
  element("paired").hidden = !settings.site;
  if (settings.site) element("paired-text").textContent = text("pairedWith", settings.site.address, settings.site.user);
  if (!element("address").value) element("address").value = settings.managed.address;
  marking.elements.pages.value = settings.pages;
  marking.elements.sites.value = settings.sites.join("\n");
  marking.elements.country.value = settings.country;
  marking.elements.telLinks.checked = settings.telLinks;
}

// The user's extension may be another since; the country is the person's to change.
async function renew({ site }) {
  try {
    const { user, extension } = await readSelf(site);
    await saveSettings({ site: { ...site, user, extension } });
  } catch (error) {
    if (error.status === 401) await saveSettings({ site: null });
    tell(reasonOf(error), "bad");
  }
}

async function onPair(event) {
  event.preventDefault();
  const origin = originOf(element("address").value);
  if (!origin || !isSafe(origin)) return tell(text(origin ? "unsafeAddress" : "noAddress"), "bad");
  const site = new URL(origin).hostname;
  // Before anything else is waited for: the browser asks only within the press.
  if (!(await api.permissions.request({ origins: hostPatterns(site) }))) return tell(text("noAccess"), "bad");
  try {
    const { country, ...paired } = await pair(origin, element("code").value, browserName());
    await saveSettings({ site: paired, country });
    element("code").value = "";
    show(await readSettings());
    tell(text("nowPaired", paired.user), "good");
  } catch (error) {
    tell(reasonOf(error), "bad");
  }
}

async function onUnpair() {
  const { site } = await readSettings();
  let isRevoked = true;
  await unpair(site).catch((error) => (isRevoked = error.status === 401));
  await saveSettings({ site: null });
  await api.permissions.remove({ origins: hostPatterns(new URL(site.address).hostname) }).catch(() => {});
  show(await readSettings());
  tell(text(isRevoked ? "nowUnpaired" : "unpairedHere"), isRevoked ? "good" : "bad");
}

async function onSave(event) {
  event.preventDefault();
  const { pages, sites, country, telLinks } = marking.elements;
  const listed = [...new Set(sites.value.split(/[\s,]+/).filter(Boolean).map(siteOf))];
  if (listed.includes("")) return tell(text("badSite"), "bad");
  const chosen = { pages: pages.value, sites: listed, country: country.value, telLinks: telLinks.checked };
  const origins = pagesWanted(chosen);
  if (origins.length && !(await api.permissions.request({ origins }))) return tell(text("noAccess"), "bad");
  await saveSettings(chosen);
  show(await readSettings());
  tell(text("saved"), "good");
}

function browserName() {
  const [name] = /Firefox|Edg|OPR|Chrome/.exec(navigator.userAgent) ?? ["Browser"];
  const [system] = /Windows|Mac|Android|CrOS|Linux/.exec(navigator.userAgent) ?? ["?"];
  const known = { Edg: "Edge", OPR: "Opera", Chrome: navigator.userAgentData?.brands.at(-1)?.brand ?? "Chrome" };
  return `${known[name] ?? name} on ${{ Mac: "macOS", CrOS: "ChromeOS" }[system] ?? system}`.slice(0, 60);
}

function tell(sentence, kind) {
  element("state").textContent = sentence;
  element("state").dataset.kind = kind;
  element("state").scrollIntoView({ block: "nearest" });
}
