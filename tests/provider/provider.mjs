// The certified provider oidc-provider, with the log-in pages that it brings. Tells its port, then takes a
// line with the one address that it may send people back to, and says "ready".
import http from "node:http";
import { createInterface } from "node:readline";

const [library, clientId, clientSecret, claimsWhere] = process.argv.slice(2);
const { default: Provider } = await import(library);

const people = {
  fay: { email: "fay@example.com", email_verified: true, name: "Fay Moreau", preferred_username: "fay" },
  carl: { email: "carl@example.com", email_verified: true, name: "Carl Byrne", preferred_username: "c.byrne" },
};

const server = http.createServer();
server.listen(0, "127.0.0.1", () => console.log(server.address().port));

for await (const redirectUri of createInterface({ input: process.stdin })) {
  const provider = new Provider(`http://localhost:${server.address().port}`, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "preferred_username"] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: `id-${id}`, ...people[id] }) }),
    conformIdTokenClaims: claimsWhere === "userinfo",
  });
  server.on("request", provider.callback());
  console.log("ready");
}
