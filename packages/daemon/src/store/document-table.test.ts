import { newId, ProjectId, Task, TaskId } from "@heddle/protocol";
import { expect, test } from "vitest";
import { openDatabase } from "./database.ts";
import { DocumentTable, fitPage } from "./document-table.ts";

const projectId = newId(ProjectId);
const kibibyte = 1024;

function task(title: string): Task {
  const common = { projectId, state: "open", source: "user", dependsOn: [] } as const;
  return Task.parse({ id: newId(TaskId), title, ...common, createdAt: 1, updatedAt: 1 });
}

/** What the pages of a table hold, as the lengths of their titles. */
function pagesOf(...titles: readonly string[]): number[][] {
  const db = openDatabase(":memory:");
  const table = new DocumentTable<Task, "project_id">(db, "task", Task);
  for (const title of titles) table.put(task(title));
  const pages: number[][] = [];
  for (let cursor: string | undefined; ; ) {
    const page = table.page({}, { cursor, limit: 500 }, "oldest");
    pages.push(page.data.map(({ title }) => title.length));
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  db.close();
  return pages;
}

test("a page ends where it is full of bytes, and the next one goes on", () => {
  const [large, small] = ["x".repeat(300 * kibibyte), "s"];
  expect(pagesOf(large, large, large, small, large)).toEqual([
    [large.length, large.length],
    [large.length, small.length, large.length],
  ]);
});

test("bytes are counted, not characters", () => {
  const wide = "織".repeat(150 * kibibyte);
  expect(pagesOf(wide, wide)).toEqual([[wide.length], [wide.length]]);
});

test("a row that is larger than a page is a page of its own", () => {
  const huge = "x".repeat(900 * kibibyte);
  expect(pagesOf("a", huge, "b")).toEqual([[1], [huge.length], [1]]);
});

test("a page whose rows have grown ends earlier", () => {
  const rows = [task("a"), task("b"), task("c")];
  const grown = rows.map((row) => ({ ...row, more: "x".repeat(300 * kibibyte) }));
  const { data, nextCursor } = fitPage({ data: grown, nextCursor: null });
  expect(data).toEqual(grown.slice(0, 2));
  expect(nextCursor).toBe(rows[1]?.id);
  expect(fitPage({ data: rows, nextCursor: "next" })).toEqual({ data: rows, nextCursor: "next" });
});
