// Makes one file of sources and libraries, and the licences that go beside it: for editor/build.js and extension/build.js, each of
// which has esbuild in a folder of its own.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

// `sources`: what the bundle is made of, by their names within `folder`. `more`: options of esbuild.
// `furtherLicence`: {file, of}, another licence of a package and what it is for.
export async function bundle({ build, folder, sources, entry, outfile, more, holds, furtherLicence }) {
  const licencesFile = outfile.replace(/\.js$/, ".licences.txt");
  const digest = digestOf(folder, [...sources, "../packaging/bundle.mjs", "build.js", "package-lock.json", "package.json"]);
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    banner: { js: `/* Made by ${basename(folder)}/build.js from ${digest}. Licences: ${basename(licencesFile)} */` },
    ...more,
  });
  const licences = packagesIn(metafile).map((name) => licenceOf(join(folder, "node_modules", name), name, furtherLicence));
  writeFileSync(licencesFile, `${basename(outfile)} ${holds}.\n\n${licences.join(`\n${"-".repeat(72)}\n\n`)}`);
  console.log(`${outfile}: ${Math.round(readFileSync(outfile).length / 1024)} KiB of ${licences.length} packages`);
}

// A test makes the same digest (tests/bundles.py), so that a bundle of older sources is noticed.
function digestOf(folder, names) {
  const digest = createHash("sha256");
  for (const name of names.sort()) digest.update(`${name}\0`).update(readFileSync(join(folder, name))).update("\0");
  return digest.digest("hex");
}

function packagesIn(metafile) {
  const found = Object.keys(metafile.inputs)
    .map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
    .filter(Boolean);
  return [...new Set(found)].sort();
}

function licenceOf(folder, name, further) {
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const read = (file) => readFileSync(join(folder, file), "utf8").trim();
  const texts = [read("LICENSE"), ...(further ? [`${further.of}:`, read(further.file)] : [])];
  return `${name} ${version} (${license})\n\n${texts.join("\n\n")}\n`;
}
