import {
  Approval,
  ApprovalId,
  Item,
  ItemId,
  newId,
  ProjectId,
  type ThreadEvent,
  ThreadId,
  TurnId,
} from "@heddle/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "./database.ts";
import { EventLog } from "./event-log.ts";

let db: Database;
let log: EventLog;
beforeEach(() => {
  db = openDatabase(":memory:");
  log = new EventLog(db);
});
afterEach(() => void db.close());

const threadId = newId(ThreadId);
const actor = { name: "test", kind: "script" } as const;
const ids = { threadId, turnId: newId(TurnId) };

function command(text: string, cmd = "ls"): Item {
  const times = { createdAt: 1, completedAt: null };
  const none = { sessionId: null, exitCode: null, wallMs: null, stopReason: null };
  const ran = { callId: "c", cwd: "/w", ...none, outputBytes: null };
  return Item.parse({
    ...{ ...ids, ...times, ...ran, id: newId(ItemId), state: "running", profileHash: null },
    ...{ type: "commandExecution", cmd, text, textLength: text.length },
  });
}

function approval(patch: string, answer: Approval["answer"] = null): Approval {
  return Approval.parse({
    ...{ ...ids, id: newId(ApprovalId), projectId: newId(ProjectId), itemId: newId(ItemId) },
    ...{ kind: "effect", subject: { type: "patch", patch, changes: [] }, reason: "r", hash: "h" },
    ...{ state: "pending", answer, answeredBy: null, createdAt: 1, deadlineAt: 1 },
    resolvedAt: null,
    offer: null,
  });
}

const append = (event: ThreadEvent): number => log.append(threadId, event, actor, 1);
const tooLarge = expect.objectContaining({ kind: "tooLarge" });
const size = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe("an event", () => {
  test("carries the head of its item's text, and the length of all of it", () => {
    const item = command("\0".repeat(100_000));
    append({ type: "itemStarted", item });
    const [logged] = log.read(threadId, 0).events;
    expect(logged?.event).toEqual({
      type: "itemStarted",
      item: { ...item, text: "\0".repeat(Math.floor((256 * 1024) / 6)), textLength: 100_000 },
    });
  });

  test("that no frame could carry is refused, and takes no seq", () => {
    expect(() => append({ type: "itemStarted", item: command("", "x".repeat(300_000)) })).toThrow(
      tooLarge,
    );
    expect(append({ type: "itemStarted", item: command("") })).toBe(1);
  });

  test("that can begin can end, with all the text that it may get", () => {
    const item = command("", "x".repeat((288 - 4) * 1024 - 500));
    append({ type: "itemStarted", item });
    const ended = { exitCode: 137, wallMs: 600_000, profileHash: "f".repeat(64) };
    const text = '"'.repeat(1_000_000);
    append({ type: "itemCompleted", item: { ...item, ...ended, text } as Item });
    expect(size(log.read(threadId, 1).events)).toBeLessThan(560 * 1024);
  });

  test("of a patch that could not be asked for is refused; one that can, can be answered", () => {
    const ask = (patch: string) => append({ type: "approvalRequested", approval: approval(patch) });
    expect(() => ask("\n".repeat(150 * 1024))).toThrow(tooLarge);
    const patch = "\n".repeat(127 * 1024);
    ask(patch);
    const comment = "\0".repeat(10_000);
    const answered = approval(patch, { type: "decline", comment });
    append({ type: "approvalResolved", approval: answered });
  });
});

test("a page has at most 448 KiB, however many bytes its characters have", () => {
  for (let count = 0; count < 12; count += 1) {
    append({ type: "itemStarted", item: command("織".repeat(40_000)) });
  }
  const seqs: number[] = [];
  for (let complete = false; !complete; ) {
    const page = log.read(threadId, seqs.at(-1) ?? 0);
    expect(size(page.events)).toBeLessThan(450 * 1024);
    seqs.push(...page.events.map(({ seq }) => seq));
    complete = page.complete;
  }
  expect(seqs).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
});
