import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { runEnded } from "@heddle/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestAutomations } from "./support/test-automations.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";

const host = "127.0.0.2";
const advisory = (id: number, severity: string, name = "leftish") => ({
  [name]: [
    {
      id,
      url: `https://github.com/advisories/GHSA-0000-0000-000${id}`,
      title: `Hole ${id}`,
      severity,
      vulnerable_versions: "<2.0.0",
      cwe: [],
      cvss: { score: 0, vectorString: null },
    },
  ],
});

/** What the registry answers to an audit now. */
let advisories: Record<string, unknown> | "down" | "silent" = {};
const registry = createServer((request, response) => {
  if (advisories === "silent") return;
  if (advisories === "down") return void response.writeHead(503).end("out of order");
  response.setHeader("content-type", "application/json");
  if (request.url?.includes("advisories")) return void response.end(JSON.stringify(advisories));
  const versions = Object.fromEntries(
    ["1.0.0", "2.0.0"].map((version) => [version, { name: "leftish", version }]),
  );
  response.end(JSON.stringify({ name: "leftish", versions, "dist-tags": { latest: "2.0.0" } }));
});

let daemon: TestDaemon;
let registryHost: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => registry.listen(0, host, resolve));
  registryHost = `${host}:${(registry.address() as AddressInfo).port}`;
  daemon = await startTestDaemon({ config: `[network]\nallow_private = ["${registryHost}"]` });
});
afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  registry.close();
});

const lock = {
  name: "app",
  version: "1.0.0",
  lockfileVersion: 3,
  requires: true,
  packages: {
    "": { name: "app", version: "1.0.0", dependencies: { leftish: "^1.0.0" } },
    "node_modules/leftish": {
      version: "1.0.0",
      resolved: "https://registry.npmjs.org/leftish/-/leftish-1.0.0.tgz",
    },
  },
};

const patience = "fetch-timeout=500\nfetch-retry-mintimeout=10\n";

async function npmProject(more: Record<string, string> = {}): Promise<TestProject> {
  return await daemon.project({
    ...more,
    "package.json": JSON.stringify({ ...lock.packages[""] }),
    "package-lock.json": JSON.stringify(lock),
    ".npmrc": `registry=http://${registryHost}/\n${patience}`,
  });
}

async function grantRegistry({ project }: TestProject): Promise<void> {
  const client = await daemon.client();
  const resource = { kind: "host", value: registryHost } as const;
  await client.call("project/grant", { projectId: project.id, resource });
}

test("a vulnerability is one finding over three audits, is fixed, and is reopened", async () => {
  const project = await npmProject();
  await grantRegistry(project);
  const automations = new TestAutomations(daemon, project);
  advisories = advisory(1, "high");
  const first = await automations.recipe("vulnerability-scan");
  expect(first).toMatchObject({
    state: "findings",
    summary: "known vulnerabilities: 1 in package-lock.json",
    counts: { new: 1, open: 0, fixed: 0 },
  });
  expect(await automations.inbox()).toMatchObject([
    {
      fingerprint: "npm|leftish|GHSA-0000-0000-0001|package-lock.json",
      title: "leftish: Hole 1",
      severity: "high",
      state: "new",
      inbox: "unread",
    },
  ]);
  const second = await automations.recipe("vulnerability-scan");
  expect(second.counts).toMatchObject({ new: 0, open: 1, fixed: 0 });
  advisories = {};
  const third = await automations.recipe("vulnerability-scan");
  expect(third).toMatchObject({ state: "clean", counts: { fixed: 1 } });
  expect(await automations.inbox()).toEqual([]);
  advisories = advisory(1, "critical");
  const fourth = await automations.recipe("vulnerability-scan");
  expect(fourth).toMatchObject({ state: "findings", counts: { new: 0, reopened: 1 } });
  expect(await automations.inbox()).toMatchObject([{ state: "reopened", severity: "critical" }]);
});

test.each([
  [
    "the file that imports it first",
    { "app.js": 'import "leftish";\n' },
    "by 1 file, first at app.js:1",
  ],
  ["that none imports it", { "app.js": "export const a = 1;\n" }, "by no file of the project"],
])("a vulnerable dependency is told with %s", async (_, files, reach) => {
  const project = await npmProject(files as Record<string, string>);
  await grantRegistry(project);
  const automations = new TestAutomations(daemon, project);
  advisories = advisory(4, "high");
  await automations.recipe("vulnerability-scan");
  const [finding] = await automations.inbox();
  expect(finding?.detail.split("\n")).toContain(`imported: ${reach}`);
});

test("an accepted finding is no news until it is worse", async () => {
  const project = await npmProject();
  await grantRegistry(project);
  const automations = new TestAutomations(daemon, project);
  advisories = advisory(2, "low");
  await automations.recipe("vulnerability-scan");
  const client = await daemon.client();
  const [finding] = await automations.inbox();
  const filter = { findingIds: finding ? [finding.id] : [] };
  await client.call("inbox/accept", { filter, reason: "not reachable" });
  const again = await automations.recipe("vulnerability-scan");
  expect(again).toMatchObject({ state: "clean", counts: { accepted: 1, open: 0 } });
  advisories = advisory(2, "high");
  const worse = await automations.recipe("vulnerability-scan");
  expect(worse).toMatchObject({ state: "findings", counts: { worse: 1 } });
  expect(await automations.inbox()).toMatchObject([{ state: "open", inbox: "unread" }]);
});

test("a registry that cannot be reached, or does not answer, is no all-clear", async () => {
  const project = await npmProject();
  const automations = new TestAutomations(daemon, project);
  advisories = {};
  const unreached = await automations.recipe("vulnerability-scan");
  expect(unreached.state).toBe("couldNotCheck");
  expect(unreached.reason).toMatch(/heddle project grant --host registry/);
  await grantRegistry(project);
  for (const trouble of ["down", "silent"] as const) {
    advisories = trouble;
    expect(await automations.recipe("vulnerability-scan")).toMatchObject({
      state: "couldNotCheck",
      reason: expect.stringMatching(/^package-lock\.json: npm audit says: /),
    });
  }
  expect(await automations.inbox()).toMatchObject([
    { kind: "run", title: "vulnerability-scan: could not check" },
  ]);
  advisories = {};
  expect(await automations.recipe("vulnerability-scan")).toMatchObject({ state: "clean" });
  expect(await automations.inbox()).toEqual([]);
});

test("a lock file whose audit is not installed is said to be unchecked, and is no vulnerability", async () => {
  const project = await npmProject({ "Cargo.lock": "version = 4\n" });
  await grantRegistry(project);
  const automations = new TestAutomations(daemon, project);
  advisories = advisory(3, "low");
  expect(await automations.recipe("vulnerability-scan")).toMatchObject({
    state: "findings",
    summary: "known vulnerabilities: 1 in package-lock.json, Cargo.lock not checked",
    figures: { vulnerabilities: 1 },
    counts: { new: 2 },
  });
  expect(await automations.inbox()).toMatchObject([
    { title: "leftish: Hole 3" },
    {
      title: "Cargo.lock could not be checked",
      detail: "neither cargo-audit nor osv-scanner is installed",
    },
  ]);
});

test("a changelog groups what is unreleased, and names the next version", async () => {
  const project = await daemon.project({ "a.txt": "one\n" });
  const { repository } = project;
  repository.git("tag", "v1.2.0");
  repository.commit("feat: count sheep", { "b.txt": "b\n" });
  repository.commit("fix: wake up in time", { "c.txt": "c\n" });
  const automations = new TestAutomations(daemon, project);
  const run = await automations.recipe("changelog");
  expect(run).toMatchObject({
    state: "findings",
    summary: "2 changes since v1.2.0, next version v1.3.0",
  });
  const [finding] = await automations.inbox();
  expect(finding?.detail).toMatch(
    /^## v1\.3\.0\n\n### Features\n\n- count sheep \([0-9a-f]{7}\)\n\n### Bug Fixes\n\n- wake up in time \([0-9a-f]{7}\)$/,
  );
  await automations.recipe("changelog");
  expect(await automations.inbox()).toHaveLength(1);
  repository.git("tag", "v1.3.0");
  expect(await automations.recipe("changelog")).toMatchObject({ state: "clean" });
  expect(await automations.inbox()).toEqual([]);
});

test("a failing test is a finding with its name, one that passes again is flaky", async () => {
  const files = {
    "package.json": JSON.stringify({ name: "app", scripts: { test: "node --test" } }),
    "sum.test.js":
      'const test = require("node:test"); const assert = require("node:assert");\ntest("sums up", () => assert.equal(1 + 1, 3));\ntest("is there", () => {});\n',
  };
  const project = await daemon.project(files, { checks: ["node --test --test-reporter=tap"] });
  const automations = new TestAutomations(daemon, project);
  const failed = await automations.recipe("tests");
  expect(failed).toMatchObject({ state: "findings", figures: { failed: 1, flaky: 0 } });
  expect(await automations.inbox()).toMatchObject([{ title: "fails: sums up", severity: "high" }]);
  project.repository.commit("mend", {
    "sum.test.js":
      'const test = require("node:test"); const { existsSync, writeFileSync } = require("node:fs");\ntest("is moody", () => { const was = existsSync("seen"); writeFileSync("seen", ""); if (!was) throw new Error("not yet"); });\n',
  });
  const flaky = await automations.recipe("tests");
  expect(flaky).toMatchObject({ state: "findings", figures: { failed: 0, flaky: 1 } });
  expect(await automations.inbox()).toMatchObject([{ title: "flaky: is moody" }]);
});

test("of slow tests those that a commit can break run first, and where they fail the rest does not", async () => {
  const testOf = (name: string, body: string) =>
    `import test from "node:test";\nimport assert from "node:assert";\nimport { ${name} } from "./${name}.js";\ntest("${name} holds", async () => { ${body} assert.equal(${name}, 1); });\n`;
  const wait = "await new Promise((resolve) => setTimeout(resolve, 2500));";
  const files = {
    "package.json": JSON.stringify({ name: "app", type: "module" }),
    "quick.js": "export const quick = 1;\n",
    "slow.js": "export const slow = 1;\n",
    "quick.test.js": testOf("quick", ""),
    "slow.test.js": testOf("slow", wait),
  };
  const check = "node --test --test-reporter=tap";
  const project = await daemon.project(files, { checks: [check] });
  const automations = new TestAutomations(daemon, project);
  const trigger = { type: "commit" } as const;
  await automations.add({ trigger, work: { type: "recipe", recipe: "tests" } });
  const committed = async (quick: string) => {
    const commit = project.repository.commit("change", { "quick.js": quick });
    return await automations.until((run) => run.commit?.commit === commit && runEnded(run.state));
  };
  const [whole, part] = [`\`${check}\``, `\`${check} quick.test.js\``];
  expect(await committed("export const quick = 1; // first\n")).toMatchObject({
    state: "clean",
    summary: `${whole} passed`,
  });
  expect(await committed("export const quick = 2;\n")).toMatchObject({
    state: "findings",
    summary: `${part} failed, so the rest of ${whole} was not run`,
    counts: { new: 1 },
  });
  expect(await automations.inbox()).toMatchObject([{ title: "fails: quick holds" }]);
  expect(await committed("export const quick = 1; // again\n")).toMatchObject({
    state: "clean",
    summary: `${whole} passed`,
    counts: { fixed: 1 },
  });
});

test("tech debt finds cycles, dead files and old notes, and tells the trend", async () => {
  const project = await daemon.project({
    "package.json": JSON.stringify({ name: "app", main: "a.js" }),
    "a.js": 'import "./b.js";\nexport const a = 1;\n',
    "b.js": 'import "./a.js";\nexport const b = 2;\n',
    "dead.js": "export const gone = 1;\n",
  });
  const automations = new TestAutomations(daemon, project);
  const first = await automations.recipe("tech-debt");
  expect(first).toMatchObject({ state: "findings", figures: { cycles: 1, deadFiles: 1 } });
  expect(first.summary).toMatch(/cycles 1, dead files 1, .*not looked for: .*knip.*jscpd/);
  const titles = (await automations.inbox()).map(({ title }) => title);
  expect(titles).toEqual(["2 files import one another in a circle", "nothing imports dead.js"]);
  project.repository.git("rm", "-q", "dead.js");
  project.repository.commit("less");
  const second = await automations.recipe("tech-debt");
  expect(second.summary).toMatch(/cycles 1, dead files 0 \(-1\)/);
  expect(second.counts).toMatchObject({ new: 0, open: 1, fixed: 1 });
});

test("tech debt tells packages that the manifest keeps old, and whom it could not ask", async () => {
  const project = await npmProject({ "app.js": 'import "leftish";\n' });
  const automations = new TestAutomations(daemon, project);
  const unasked = await automations.recipe("tech-debt");
  expect(unasked.summary).toMatch(/not looked for: .*, outdated packages \(.*leftish.*\)$/);
  expect(unasked.figures).not.toHaveProperty("outdated");
  await grantRegistry(project);
  expect(await automations.recipe("tech-debt")).toMatchObject({ figures: { outdated: 1 } });
  expect(await automations.inbox()).toContainEqual(
    expect.objectContaining({
      title: "leftish 1.0.0 is old: there is 2.0.0",
      path: "package.json",
      severity: "low",
    }),
  );
});

test("tech debt says of which packages npm could not tell how old they are", async () => {
  const declared = { name: "app", version: "1.0.0", devDependencies: { leftish: "^1.0.0" } };
  const packages = {
    ...lock.packages,
    "": declared,
    "node_modules/leftish": { ...lock.packages["node_modules/leftish"], dev: true },
  };
  const project = await daemon.project({
    "package.json": JSON.stringify(declared),
    "package-lock.json": JSON.stringify({ ...lock, packages }),
    ".npmrc": `registry=http://${registryHost}/\n${patience}`,
  });
  await grantRegistry(project);
  const { summary } = await new TestAutomations(daemon, project).recipe("tech-debt");
  expect(summary).toMatch(
    /outdated packages for development and of other manifests \(node_modules is not lent\)$/,
  );
});

test("a recipe's thread is put away when its run has ended", async () => {
  const project = await daemon.project();
  const automations = new TestAutomations(daemon, project);
  const { threadId } = await automations.recipe("changelog");
  const client = await daemon.client();
  const archived = async () =>
    (await client.call("thread/read", { threadId: threadId ?? "" })).thread.status;
  await expect.poll(archived).toBe("archived");
});

test("a recipe that nobody has is refused with those that there are", async () => {
  const project = await daemon.project();
  await expect(new TestAutomations(daemon, project).recipe("dance")).rejects.toMatchObject({
    kind: "notFound",
    message: expect.stringMatching(
      /has no recipe dance: write \.heddle\/automations\/dance\.md, or use one of vulnerability-scan, changelog/,
    ),
  });
});
