// What the person chose, and the token. Kept in this browser alone.

export const api = globalThis.browser ?? globalThis.chrome;

const DEFAULTS = {
  site: null, // {address, token, user, extension} once paired
  country: "", // ISO code, or "" for numbers with a + alone
  pages: "off", // "off", "all" but `sites`, or "chosen": only `sites`
  sites: [],
  telLinks: true,
};

export async function readSettings() {
  const [own, managed] = await Promise.all([api.storage.local.get(DEFAULTS), readManaged()]);
  return { ...own, managed };
}

export function saveSettings(changes) {
  return api.storage.local.set(changes);
}

// What an administrator set by policy; Firefox throws where there is none.
async function readManaged() {
  try {
    return { address: "", excluded: [], ...(await api.storage.managed.get(["address", "excluded"])) };
  } catch {
    return { address: "", excluded: [] };
  }
}

// Pages' processes have no need of the token. Firefox has no such wall, but page scripts reach no storage there either.
export async function keepFromPages() {
  await api.storage.local.setAccessLevel?.({ accessLevel: "TRUSTED_CONTEXTS" });
}

export function isPageMarked(settings, ...addresses) {
  const hosts = addresses.map(hostOf).filter(Boolean);
  if (settings.pages === "off" || hosts.some((host) => isListed(host, settings.managed.excluded))) return false;
  const areListed = (list) => hosts.some((host) => isListed(host, list));
  return settings.pages === "all" ? !areListed(settings.sites) : areListed(settings.sites);
}

function isListed(host, sites) {
  return sites.some((site) => host === site || host.endsWith(`.${site}`));
}

export function hostOf(address) {
  try {
    const { protocol, hostname } = new URL(address);
    return /^https?:$/.test(protocol) ? hostname : "";
  } catch {
    return "";
  }
}

// "https://Shop.example/x", "shop.example:8080" and "*.shop.example" are all the site shop.example.
export function siteOf(typed) {
  const plain = typed.trim().replace(/^\*\./, "");
  return hostOf(plain.includes("://") ? plain : `https://${plain}`);
}

// A match pattern has no port, and an address in digits no subdomains.
export function patternsOf(site) {
  const isName = /[a-z]/i.test(site) && !site.startsWith("[") && site.includes(".");
  return hostPatterns(isName ? `*.${site}` : site);
}

// Chromium does not know "*://" for granted when both schemes are.
export function hostPatterns(host) {
  return [`https://${host}/*`, `http://${host}/*`];
}

export const ALL_PAGES = ["https://*/*", "http://*/*"];

// The pages that the extension has to get into for what was chosen.
export function pagesWanted(settings) {
  if (settings.pages === "off") return [];
  return settings.pages === "all" ? ALL_PAGES : settings.sites.flatMap(patternsOf);
}
