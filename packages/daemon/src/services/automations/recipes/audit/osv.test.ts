import { expect, test } from "vitest";
import { osv } from "./osv.ts";

const vulnerability = (id: string, summary: string, fixed?: string) => ({
  id,
  summary,
  affected: [
    { package: { name: "other" }, ranges: [{ events: [{ introduced: "0" }, { fixed: "9.9" }] }] },
    {
      package: { name: "rack" },
      ranges: [{ events: [{ introduced: "0" }, ...(fixed ? [{ fixed }] : [])] }],
    },
  ],
});

function read(exitCode: number, vulnerabilities: object[], groups: object[]) {
  const rack = { package: { name: "rack", version: "2.0.0", ecosystem: "RubyGems" } };
  const results = [{ packages: [{ ...rack, vulnerabilities, groups }] }];
  return osv.read({ output: JSON.stringify({ results }), exitCode });
}

test("several ids of one vulnerability are one, with the name that other tools know it by", () => {
  const audit = read(
    1,
    [vulnerability("CVE-2024-1", ""), vulnerability("GHSA-aaaa-bbbb-cccc", "Slow", "2.0.1")],
    [{ ids: ["CVE-2024-1", "GHSA-aaaa-bbbb-cccc"], max_severity: "7.5" }],
  );
  expect(audit).toEqual({
    type: "checked",
    advisories: [
      {
        name: "rack",
        id: "GHSA-aaaa-bbbb-cccc",
        severity: "high",
        title: "Slow",
        url: "https://osv.dev/vulnerability/GHSA-aaaa-bbbb-cccc",
        range: "2.0.0",
        fix: "2.0.1",
      },
    ],
  });
});

test.each([
  ["9.8", "critical"],
  ["7.0", "high"],
  ["4.0", "moderate"],
  ["0.1", "low"],
  ["", "moderate"],
])("a score of %j is %s", (max_severity, severity) => {
  const audit = read(1, [vulnerability("CVE-1", "It")], [{ ids: ["CVE-1"], max_severity }]);
  expect(audit).toMatchObject({ advisories: [{ severity, fix: undefined }] });
});

test.each([
  ["nothing is found", '{"results": []}', 0],
  ["nothing is locked", "", 128],
])("that %s is an all-clear", (_, output, exitCode) => {
  const audit = osv.read({ output, exitCode });
  expect(audit).toEqual({ type: "checked", advisories: [] });
});

test.each([
  ["failed", '{"results": []}', 127],
  ["was killed", '{"results": []}', null],
  ["says that it found what it does not tell", '{"results": []}', 1],
  ["says nothing", "", 0],
])("a scanner that %s is no all-clear", (_, output, exitCode) => {
  const audit = osv.read({ output, exitCode });
  expect(audit).toEqual({ type: "unreachable", reason: "osv-scanner gave no report" });
});
