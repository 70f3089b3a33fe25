import { parseArgs } from "node:util";
import { lacks } from "./limits.ts";
import { LABEL, startScriptedModel } from "./server.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    rate: { type: "string" },
    /** Such as `--without responses --without usage`. */
    without: { type: "string", multiple: true, default: [] },
    "exit-with-stdin": { type: "boolean", default: false },
  },
});

const without = lacks.filter((lack) => values.without.includes(lack));
const unknown = values.without.filter((lack) => !lacks.some((known) => known === lack));
if (unknown.length > 0) {
  console.error(`nothing is called ${unknown.join(", ")}; it can lack ${lacks.join(", ")}`);
  process.exit(2);
}

const model = await startScriptedModel({
  port: Number(values.port),
  tokensPerSecond: values.rate === undefined ? undefined : Number(values.rate),
  without,
});

async function stop(): Promise<void> {
  await model[Symbol.asyncDispose]();
  process.exit(0);
}

process.once("SIGTERM", () => void stop());
process.once("SIGINT", () => void stop());
// Whoever started this holds the other end: it closes even when they are killed.
if (values["exit-with-stdin"]) process.stdin.resume().once("close", () => void stop());

console.log(JSON.stringify({ url: model.url, label: LABEL }));
