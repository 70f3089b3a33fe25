import { parseArgs } from "node:util";
import { LABEL, startScriptedModel } from "./server.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    rate: { type: "string" },
    "exit-with-stdin": { type: "boolean", default: false },
  },
});

const model = await startScriptedModel({
  port: Number(values.port),
  tokensPerSecond: values.rate === undefined ? undefined : Number(values.rate),
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
