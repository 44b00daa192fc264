// Requests to the paired site. Nothing goes anywhere else, and nothing goes by itself: pages of the extension ask,
// on a person's press. There is no message by which a page could have a call placed.

export class SiteError extends Error {
  constructor(sentence, { hint = "", code = "", status = 0 } = {}) {
    super(sentence);
    Object.assign(this, { hint, code, status });
  }
}

// The origin of what was typed, and https unless told otherwise. Returns "" for what is no address.
export function originOf(typed) {
  const plain = typed.trim();
  try {
    const { protocol, origin } = new URL(/^https?:\/\//i.test(plain) ? plain : `https://${plain}`);
    return /^https?:$/.test(protocol) ? origin : "";
  } catch {
    return "";
  }
}

// A token goes over https alone, but to this machine itself.
export function isSafe(origin) {
  const { protocol, hostname } = new URL(origin);
  return protocol === "https:" || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

export async function pair(origin, code, browser) {
  const { token } = await ask(origin, "/api/v1/browser/pair", { method: "POST", content: { code, browser } });
  return { address: origin, token, ...(await readSelf({ address: origin, token })) };
}

export async function readSelf(site) {
  const { user, extension, country } = await ask(site.address, "/api/v1/browser", site);
  return { user, extension, country };
}

export function unpair(site) {
  return ask(site.address, "/api/v1/browser", { ...site, method: "DELETE" });
}

export async function latestCalls(site) {
  return (await ask(site.address, "/api/v1/calls?limit=8", site)).calls;
}

// `key` names this press: however often it is sent, it is one call.
export async function placeCall(site, content, key) {
  const request = { ...site, method: "POST", content, headers: { "Idempotency-Key": `"${key}"` } };
  try {
    return await ask(site.address, "/api/v1/calls", request);
  } catch (error) {
    if (error.status) throw error;
    return ask(site.address, "/api/v1/calls", request);
  }
}

async function ask(origin, path, { method = "GET", token = "", content, headers = {} }) {
  const answer = await sent(origin + path, {
    method,
    body: content && JSON.stringify(content),
    headers: {
      ...headers,
      ...(content && { "Content-Type": "application/json" }),
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    credentials: "omit",
    redirect: "error",
    cache: "no-store",
    keepalive: true, // a window that is closed takes no call back
  });
  const told = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  throw new SiteError(told.detail ?? "", { hint: told.hint, code: told.code, status: answer.status });
}

async function sent(address, request) {
  try {
    return await fetch(address, request);
  } catch {
    throw new SiteError("", { code: "unreachable" });
  }
}
