// Makes the one file of a library that the extension loads, and the licence that goes beside it.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const BUNDLE = join(HERE, "source", "phone-numbers.js");
const LICENCES = join(HERE, "source", "phone-numbers.licences.txt");

// A test makes the same digest, so that a bundle of older sources is noticed.
function digestOfSources() {
  const digest = createHash("sha256");
  for (const name of ["build.js", "library.js", "package-lock.json", "package.json"]) {
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

// The library's code is MIT; what it knows of numbers is Google's libphonenumber, under Apache 2.0.
function licenceOf(name) {
  const folder = join(HERE, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = ["LICENSE", "LICENSE.Apache"].map((file) => readFileSync(join(folder, file), "utf8").trim());
  return `${name} ${version} (${license})\n\n${texts.join("\n\nIts metadata of numbers:\n\n")}\n`;
}

const { metafile } = await build({
  absWorkingDir: HERE,
  entryPoints: ["library.js"],
  outfile: BUNDLE,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  banner: {
    js: `/* Made by extension/build.js from ${digestOfSources()}. Licences: phone-numbers.licences.txt */`,
  },
});

const licences = packagesIn(metafile).map(licenceOf);
writeFileSync(LICENCES, `phone-numbers.js holds these packages.\n\n${licences.join(`\n${"-".repeat(72)}\n\n`)}`);
console.log(`${BUNDLE}: ${Math.round(readFileSync(BUNDLE).length / 1024)} KiB of ${licences.length} packages`);
