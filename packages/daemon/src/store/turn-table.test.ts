import { newId, ThreadId, Turn, TurnId, type Usage } from "@heddle/protocol";
import { expect, test } from "vitest";
import { openDatabase } from "./database.ts";
import { TurnTable } from "./turn-tables.ts";

const [thread, other] = [newId(ThreadId), newId(ThreadId)];
const used = (usage: Partial<Usage>) => ({
  requests: 1,
  inputTokens: 10,
  cachedInputTokens: 4,
  outputTokens: 2,
  reasoningTokens: 1,
  ...usage,
});

function turnOf(threadId: ThreadId, usage: Partial<Usage> = {}, createdAt = 1): Turn {
  return Turn.parse({
    id: newId(TurnId),
    threadId,
    state: "done",
    model: "test/model",
    mode: "implement",
    effort: null,
    summary: null,
    commit: null,
    failure: null,
    retryAt: null,
    usage: used(usage),
    createdAt,
    startedAt: null,
    interruptedAt: null,
    completedAt: null,
  });
}

function tableOf(...turns: readonly Turn[]): TurnTable {
  const table = new TurnTable(openDatabase(":memory:"));
  for (const turn of turns) table.put(turn);
  return table;
}

test("the usage of a thread is that of the turns that it began; what has no price is not free", () => {
  const priced = [turnOf(thread, { costUsd: 0.5 }), turnOf(thread, { costUsd: 0.25 })];
  const estimated = turnOf(thread, { estimated: true });
  const takenOver = turnOf(thread, { requests: 100, costUsd: 9 }, 0);
  const table = tableOf(...priced, estimated, takenOver, turnOf(other, { requests: 7 }));
  expect(table.usageOf(thread, 1)).toEqual({
    requests: 3,
    inputTokens: 30,
    cachedInputTokens: 12,
    outputTokens: 6,
    reasoningTokens: 3,
    estimated: true,
    costUsd: 0.75,
  });
  expect(table.usageOf(other, 1)).toMatchObject({ requests: 7, estimated: false, costUsd: null });
  expect(table.usageOf(newId(ThreadId), 1)).toMatchObject({ requests: 0, costUsd: null });
});

test("the newest turn of a thread, and the one before it", () => {
  const turns = [turnOf(thread), turnOf(thread)] as const;
  const table = tableOf(...turns, turnOf(other));
  expect(table.newest(thread)).toEqual(turns[1]);
  expect(table.newest(thread, turns[1].id)).toEqual(turns[0]);
  expect(table.newest(thread, turns[0].id)).toBeUndefined();
});
