import { changeCalls } from "../edit-scenario.ts";
import { ending } from "../ending.ts";
import type { FileChange } from "../patch.ts";
import { exec, planCall } from "../scenarios.ts";
import type { Reply, Scenario, Turn } from "../types.ts";
import { demoFiles } from "./files.ts";
import { demoSteps, testsPassed } from "./script.ts";

const plan = ["Check expiresInSeconds", "Keep and serve the expiry", "Test and document it"];
const check = "node --test test/expiry.test.js test/links.test.js test/validate.test.js";

const expiryTest = `import assert from "node:assert/strict";
import test from "node:test";
import { startApp } from "../support/start-app.js";

const url = "https://example.com/";

test("a link redirects until it expires, then answers 410", async (t) => {
  let now = 0;
  const app = await startApp(t, { now: () => now, makeSlug: () => "abc" });
  const created = await (await app.post("/links", { url, expiresInSeconds: 60 })).json();
  assert.equal(created.expiresAt, "1970-01-01T00:01:00.000Z");

  now = 59_999;
  assert.equal((await app.get("/abc")).status, 302);
  now = 60_000;
  assert.equal((await app.get("/abc")).status, 410);
});

test("a link without expiresInSeconds lasts", async (t) => {
  let now = 0;
  const app = await startApp(t, { now: () => now, makeSlug: () => "abc" });
  const created = await (await app.post("/links", { url })).json();
  assert.equal("expiresAt" in created, false);

  now = Date.UTC(2100, 0);
  assert.equal((await app.get("/abc")).status, 302);
});

test("POST /links refuses an expiry that is no whole number of seconds", async (t) => {
  const app = await startApp(t);
  for (const expiresInSeconds of [0, -1, 1.5, "60", 31_536_001]) {
    const response = await app.post("/links", { url, expiresInSeconds });
    assert.equal(response.status, 400, String(expiresInSeconds));
  }
});
`;

export const expiryChanges: readonly FileChange[] = [
  {
    path: "src/validate.js",
    find: "const MAX_URL_LENGTH = 2048;",
    replace: "const MAX_URL_LENGTH = 2048;\nconst MAX_EXPIRY_SECONDS = 365 * 24 * 60 * 60;",
  },
  {
    path: "src/validate.js",
    find: "  return url.href;\n}",
    replace: `  return url.href;
}

/** Undefined stands for a link that lasts. */
export function parseExpiry(value) {
  if (value === undefined) return undefined;
  if (Number.isInteger(value) && value >= 1 && value <= MAX_EXPIRY_SECONDS) return value;
  throw new HttpError(400, \`expiresInSeconds is not a whole number up to \${MAX_EXPIRY_SECONDS}\`);
}`,
  },
  {
    path: "src/store.js",
    find: `  create(url) {
    const link = { slug: this.#freeSlug(), url, createdAt: this.#now() };`,
    replace: `  create(url, expiresInSeconds) {
    const createdAt = this.#now();
    const expiresAt = expiresInSeconds && createdAt + expiresInSeconds * 1000;
    const link = { slug: this.#freeSlug(), url, createdAt, expiresAt };`,
  },
  {
    path: "src/store.js",
    find: "    return this.#links.get(slug);\n  }",
    replace: `    return this.#links.get(slug);
  }

  isExpired(link) {
    return link.expiresAt !== undefined && this.#now() >= link.expiresAt;
  }`,
  },
  {
    path: "src/server.js",
    find: "import { parseUrl }",
    replace: "import { parseExpiry, parseUrl }",
  },
  {
    path: "src/server.js",
    find: "store.create(parseUrl(body?.url))",
    replace: "store.create(parseUrl(body?.url), parseExpiry(body.expiresInSeconds))",
  },
  {
    path: "src/server.js",
    find: `  if (!link) throw new HttpError(404, \`no link \${slug}\`);`,
    replace: `  if (!link) throw new HttpError(404, \`no link \${slug}\`);
  if (store.isExpired(link)) throw new HttpError(410, \`link \${slug} has expired\`);`,
  },
  {
    path: "src/server.js",
    find: "    createdAt: new Date(link.createdAt).toISOString(),",
    replace: `    createdAt: new Date(link.createdAt).toISOString(),
    expiresAt: link.expiresAt && new Date(link.expiresAt).toISOString(),`,
  },
  {
    path: "README.md",
    find: "A URL that is not http or https is answered with 400.",
    replace: `A URL that is not http or https is answered with 400.

With \`"expiresInSeconds": 3600\` the answer also has \`expiresAt\`, and from then on the link
answers 410. A year is the most.`,
  },
  { path: "test/expiry.test.js", add: expiryTest },
];

/** Patches validation, store and routes in one go, then tests. */
export const expiryScenario: Scenario = {
  name: "demo-expiry",
  matches: /add expiring links/i,
  reply: demoSteps(look, build, runTests, end),
};

function look(): Reply {
  return {
    reasoning: "The store gets its time passed in, so expiry can be tested without waiting.",
    text: "I plan the work and read what validates, keeps and serves a link.",
    calls: [
      planCall(plan, 0),
      { tool: "read_file", input: { path: "src/validate.js" } },
      { tool: "read_file", input: { path: "src/store.js" } },
      { tool: "read_file", input: { path: "src/server.js" } },
    ],
  };
}

function build(turn: Turn): Reply {
  return {
    text: "One patch for validation, store, routes, README and a test that moves the clock.",
    calls: changeCalls(turn, demoFiles, expiryChanges),
  };
}

function runTests(): Reply {
  return {
    text: "I run the tests of what I touched.",
    calls: [planCall(plan, 2), exec(check)],
  };
}

function end(turn: Turn): Reply {
  if (!testsPassed(turn)) return { text: "A test fails after the change; I stop here." };
  const finish = ending(
    turn,
    "POST /links takes expiresInSeconds, and an expired link answers 410; tests and README included.",
    "the tests of links, validation and expiry pass",
  );
  return finish.calls ? { calls: [planCall(plan, plan.length), ...finish.calls] } : finish;
}
