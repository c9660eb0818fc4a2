// Run the cells of a notebook in Pyodide, under node, and write what they print and show.
//
// node run.mjs FOLDER LOCK, with {"start": [packages], "cells": [[id, source]]} on standard input.
// FOLDER is `lite/static/python/` of a site: nothing comes from anywhere else.

import { readFileSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

globalThis.fetch = () => Promise.reject(new Error("Nothing may be loaded from elsewhere."));

const [folder, lock] = process.argv.slice(2);
const job = JSON.parse(readFileSync(0, "utf8"));
const { loadPyodide } = await import(pathToFileURL(resolve(folder, "pyodide.mjs")));
const home = `${resolve(folder)}/`;
const pyodide = await loadPyodide({
  indexURL: home,
  packageBaseUrl: home,
  lockFileContents: readFileSync(join(folder, lock), "utf8"),
  packages: job.start,
  env: { HOME: "/home/pyodide", COURSE_PROGRESS: "" },
  stdout: () => undefined,
  stderr: (text) => console.error(text),
});
pyodide.globals.set("job", JSON.stringify(job.cells));
const inside = readFileSync(new URL("inside.py", import.meta.url), "utf8");
await pyodide.runPythonAsync(inside);
writeSync(1, pyodide.globals.get("said"));
process.exit(0);
