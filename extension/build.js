// Makes the one file of a library that the extension loads, and the licence that goes beside it.

import { join } from "node:path";
import { build } from "esbuild";

import { bundle } from "../packaging/bundle.mjs";

const HERE = import.meta.dirname;

await bundle({
  build,
  folder: HERE,
  sources: ["library.js"],
  entry: "library.js",
  outfile: join(HERE, "source", "phone-numbers.js"),
  more: { format: "esm" },
  holds: "holds these packages",
  // The library's code is MIT; what it knows of numbers is Google's libphonenumber, under Apache 2.0.
  furtherLicence: { file: "LICENSE.Apache", of: "Its metadata of numbers" },
});
