// Writes formulas. In: a JSON list of {tex, display}. Out: a JSON list of HTML, in the same order.
"use strict";

const katex = require("katex");

let given = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (piece) => (given += piece));
process.stdin.on("end", () => {
  const written = JSON.parse(given).map(({ tex, display }) =>
    katex.renderToString(tex, { displayMode: display, throwOnError: true, strict: "error" }),
  );
  process.stdout.write(JSON.stringify(written));
});
