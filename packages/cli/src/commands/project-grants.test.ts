import { Grant, GrantId, newId, ProjectId, ThreadId } from "@heddle/protocol";
import { expect, test } from "vitest";
import { shortId } from "../names.ts";
import { grantTable } from "./project-grants.ts";

test("grants are listed with whom they are for and until when they hold", () => {
  const [first, second] = [newId(GrantId), newId(GrantId)];
  const threadId = newId(ThreadId);
  const host = { projectId: newId(ProjectId), kind: "host", access: "ro", createdAt: 0 };
  const grants = [
    { ...host, id: first, value: "a.example:443", threadId: null, expiresAt: null },
    { ...host, id: second, value: "b.example:80", threadId, expiresAt: 7_200_000 },
  ].map((row) => Grant.parse(row));
  expect(grantTable(grants, { width: undefined, now: 3_600_000 })).toBe(
    [
      "ID        KIND  FOR       UNTIL         VALUE",
      `${shortId(first)}  host  project   taken back    a.example:443`,
      `${shortId(second)}  host  ${shortId(threadId)}  in 1 h 0 min  b.example:80`,
      "",
    ].join("\n"),
  );
});
