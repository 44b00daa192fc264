// Reads [{text, country}] from its input, and writes what the extension's finder finds in each: [[{start, end, number}]].

import { text } from "node:stream/consumers";
import { findNumbers } from "../../extension/source/finder.js";

const items = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(items.map((item) => findNumbers(item.text, item.country))));
