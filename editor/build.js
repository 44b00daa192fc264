// Makes the one file that the editor's page loads, and the licences that go beside it.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const STATIC = join(HERE, "..", "src", "webdial", "site", "static");
const BUNDLE = join(STATIC, "function-editor.js");
const LICENCES = join(STATIC, "function-editor.licences.txt");

// A test makes the same digest, so that a bundle of older sources is noticed.
function digestOfSources() {
  const sources = readdirSync(join(HERE, "source")).map((name) => `source/${name}`);
  const digest = createHash("sha256");
  for (const name of ["build.js", "package-lock.json", "package.json", ...sources].sort()) {
    digest.update(`${name}\0`).update(readFileSync(join(HERE, name))).update("\0");
  }
  return digest.digest("hex");
}

function packagesIn(metafile) {
  const found = Object.keys(metafile.inputs)
    .map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
    .filter(Boolean);
  return [...new Set(found)].sort();
}

function licenceOf(name) {
  const folder = join(HERE, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const text = readFileSync(join(folder, "LICENSE"), "utf8").trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
}

const { metafile } = await build({
  absWorkingDir: HERE,
  entryPoints: ["source/main.js"],
  outfile: BUNDLE,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  banner: {
    js: `/* Made by editor/build.js from ${digestOfSources()}. Licences: function-editor.licences.txt */`,
  },
});

const licences = packagesIn(metafile).map(licenceOf);
writeFileSync(
  LICENCES,
  `function-editor.js holds these packages beside Webdial's own code.\n\n${licences.join(`\n${"-".repeat(72)}\n\n`)}`,
);
console.log(`${BUNDLE}: ${Math.round(readFileSync(BUNDLE).length / 1024)} KiB of ${licences.length} packages`);
