import { parentPort, workerData } from "node:worker_threads";
import { TreeReader } from "../os/tree-reader.ts";
import { digestFile } from "./digest.ts";
import type { LexAnswer, LexBatch, LexResult, LexStart } from "./lex-messages.ts";
import { Names } from "./names.ts";
import { writeContent } from "./stored-content.ts";
import { WordNumbers } from "./word-numbers.ts";

// The entry of a thread that reads and lexes files, a batch at a time.
const { root, algorithm, known } = workerData as LexStart;
const reader = new TreeReader(root);
const keys = new Set(known);
const names = new Names();
const numbers = new WordNumbers(names);
let sentNames = 0;

function lexBatch({ paths }: LexBatch): LexAnswer {
  const results: LexResult[] = [];
  const packs: Uint32Array[] = [];
  for (const path of paths) {
    const digest = digestFile(reader, path, {
      numbers,
      algorithm,
      isKnown: (key) => keys.has(key),
    });
    if ("refused" in digest) {
      results.push({ path, refused: digest.refused });
      continue;
    }
    const { key, stamp } = digest;
    if (!("content" in digest)) {
      results.push({ path, key, stamp });
      continue;
    }
    keys.add(key);
    results.push({ path, key, stamp, body: writeContent(digest.content) });
    packs.push(digest.names.packed);
  }
  return { results, newNames: newNames(), ...joined(packs) };
}

function newNames(): string {
  const added = names.since(sentNames);
  sentNames = names.count;
  return added.join("\n");
}

function joined(packs: readonly Uint32Array[]): Pick<LexAnswer, "packed" | "lengths"> {
  const lengths = packs.map(({ length }) => length);
  const packed = new Uint32Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const pack of packs) {
    packed.set(pack, at);
    at += pack.length;
  }
  return { packed, lengths };
}

parentPort?.on("message", (batch: LexBatch) => {
  const answer = lexBatch(batch);
  parentPort?.postMessage(answer, [answer.packed.buffer as ArrayBuffer]);
});
