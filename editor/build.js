// Makes the one file that the editor's page loads, and the licences that go beside it.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

import { bundle } from "../packaging/bundle.mjs";

const HERE = import.meta.dirname;

await bundle({
  build,
  folder: HERE,
  sources: readdirSync(join(HERE, "source")).map((name) => `source/${name}`),
  entry: "source/main.js",
  outfile: join(HERE, "..", "src", "webdial", "site", "static", "function-editor.js"),
  more: { format: "iife" },
  holds: "holds these packages beside Webdial's own code",
});
