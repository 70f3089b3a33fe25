import { expect, test } from "vitest";
import { go } from "./go.ts";

const frame = (fields: object) => ({ module: "example.org/yaml", version: "v1.2.0", ...fields });
const advisory = { osv: { id: "GO-2022-1", summary: "Endless recursion" } };
const config = { config: { protocol_version: "v1.0.0", scanner_name: "govulncheck" } };
const progress = { progress: { message: "Scanning your code" } };
const required = {
  finding: { osv: "GO-2022-1", fixed_version: "v1.2.1", trace: [frame({})] },
};
const imported = { finding: { ...required.finding, trace: [frame({ package: "yaml" })] } };
const called = {
  finding: {
    ...required.finding,
    trace: [
      frame({ package: "yaml", function: "Decode" }),
      { module: "app", package: "app", function: "main", position: position("main.go", 7) },
    ],
  },
};

function position(filename: string, line: number) {
  return { filename, line, column: 2, offset: 90 };
}

/** As the tool prints: an indented object a message. */
function read(...messages: object[]) {
  const output = messages.map((message) => `${JSON.stringify(message, null, 2)}\n`).join("");
  return go.read({ output, exitCode: 0 });
}

test.each([
  [[required], "low", "imported: by nothing; a module that is required has it"],
  [[required, imported], "moderate", "imported: yaml, of which nothing that is affected is called"],
  [[called, imported, required], "high", "called: yaml.Decode, from main.go:7"],
])(
  "a vulnerability of Go counts once, by how far the project gets to it: %#",
  (findings, severity, reach) => {
    expect(read(config, progress, advisory, ...findings)).toEqual({
      type: "checked",
      advisories: [
        {
          name: "example.org/yaml",
          id: "GO-2022-1",
          title: "Endless recursion",
          url: "https://pkg.go.dev/vuln/GO-2022-1",
          range: "v1.2.0",
          fix: "v1.2.1",
          severity,
          reach,
        },
      ],
    });
  },
);

test("a stream of Go without findings is an all-clear", () => {
  expect(read(config, progress, advisory)).toEqual({ type: "checked", advisories: [] });
});

test.each([
  ["that is cut", { output: `${JSON.stringify(config, null, 2)}\n{\n  "osv": {`, exitCode: 0 }],
  ["that failed", { output: JSON.stringify(config, null, 2), exitCode: 1 }],
  ["that was killed", { output: JSON.stringify(config, null, 2), exitCode: null }],
  ["that says nothing", { output: "", exitCode: 0 }],
])("a stream of Go %s is none", (_, result) => {
  const reason = "govulncheck gave no report";
  expect(go.read(result)).toEqual({ type: "unreachable", reason });
});
