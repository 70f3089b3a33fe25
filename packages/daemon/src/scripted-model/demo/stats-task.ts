import { changeCalls } from "../edit-scenario.ts";
import { ending } from "../ending.ts";
import { applyChanges, type FileChange } from "../patch.ts";
import { exec, planCall } from "../scenarios.ts";
import type { Reply, Scenario, Turn } from "../types.ts";
import { demoFiles } from "./files.ts";
import { demoSteps, testsPassed } from "./script.ts";

const plan = ["Count visits in the store", "Serve GET /stats/:slug", "Test and document it"];
const check = "node --test test/stats.test.js test/links.test.js";

const statsTest = `import assert from "node:assert/strict";
import test from "node:test";
import { startApp } from "../support/start-app.js";

const url = "https://example.com/";

test("GET /stats/:slug counts the visits of a link", async (t) => {
  const app = await startApp(t, { makeSlug: () => "abc" });
  await app.post("/links", { url });
  await app.get("/abc");
  await app.get("/abc");
  const response = await app.get("/stats/abc");
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { slug: "abc", url, clicks: 2 });
});

test("a link that nobody has visited has no clicks", async (t) => {
  const app = await startApp(t, { makeSlug: () => "abc" });
  await app.post("/links", { url });
  assert.equal((await (await app.get("/stats/abc")).json()).clicks, 0);
});

test("GET /stats/:slug answers 404 for a slug that no link has", async (t) => {
  const app = await startApp(t);
  assert.equal((await app.get("/stats/nothing")).status, 404);
});
`;

/** The feature with a mistake in it: the first visit adds 1 to a count that is not there. */
const firstAttempt: readonly FileChange[] = [
  {
    path: "src/store.js",
    find: "  #links = new Map();",
    replace: "  #links = new Map();\n  #clicks = new Map();",
  },
  {
    path: "src/store.js",
    find: "    return [...this.#links.values()].reverse();\n  }",
    replace: `    return [...this.#links.values()].reverse();
  }

  recordClick(slug) {
    this.#clicks.set(slug, this.#clicks.get(slug) + 1);
  }

  /** How often the link has been followed. */
  clicksOf(slug) {
    return this.#clicks.get(slug) ?? 0;
  }`,
  },
  {
    path: "src/server.js",
    find: "handle: listLinks },",
    replace:
      'handle: listLinks },\n  { method: "GET", path: /^\\/stats\\/([^/]+)$/, handle: stats },',
  },
  {
    path: "src/server.js",
    find: '"cache-control": "no-store" });\n  response.end();\n}',
    replace: `"cache-control": "no-store" });
  response.end();
  store.recordClick(slug);
}

function stats({ store, response, slug }) {
  const link = store.find(slug);
  if (!link) throw new HttpError(404, \`no link \${slug}\`);
  sendJson(response, 200, { slug, url: link.url, clicks: store.clicksOf(slug) });
}`,
  },
  {
    path: "README.md",
    find: "Lists all links, the newest first.",
    replace: `Lists all links, the newest first.

### GET /stats/:slug

Says how often a link has been followed, or answers 404:

    { "slug": "k3v9x2a", "url": "https://example.com/a/long/path", "clicks": 12 }`,
  },
  { path: "test/stats.test.js", add: statsTest },
];

const correction: readonly FileChange[] = [
  {
    path: "src/store.js",
    find: "this.#clicks.get(slug) + 1",
    replace: "this.clicksOf(slug) + 1",
  },
];

export const statsChanges: readonly FileChange[] = [...firstAttempt, ...correction];

/** Builds the feature, sees its own test fail, and corrects the mistake. */
export const statsScenario: Scenario = {
  name: "demo-stats",
  matches: /add click statistics/i,
  reply: demoSteps(look, build, runTests, correct, runAgain, end),
};

function look(): Reply {
  return {
    reasoning: "Visits happen in the redirect handler; the store is where a count belongs.",
    text: "I plan the work and read the two files that it touches.",
    calls: [
      planCall(plan, 0),
      { tool: "read_file", input: { path: "src/server.js" } },
      { tool: "read_file", input: { path: "src/store.js" } },
    ],
  };
}

function build(turn: Turn): Reply {
  return {
    text: "The store counts, the redirect records a visit, and `/stats/:slug` shows the number.",
    calls: changeCalls(turn, demoFiles, firstAttempt),
  };
}

function runTests(): Reply {
  return {
    text: "I run the tests of what I touched.",
    calls: [planCall(plan, 2), exec(check)],
  };
}

function correct(turn: Turn): Reply {
  // A client that applied something else than the first attempt needs no correction.
  if (testsPassed(turn)) return { text: "The tests pass.", calls: [exec(check)] };
  return {
    reasoning: "clicks is null: undefined + 1 is NaN, and JSON writes NaN as null.",
    text: "The count of a link's first visit is `undefined + 1`. It has to begin at 0.",
    calls: changeCalls(turn, applyChanges(demoFiles, firstAttempt), correction),
  };
}

function runAgain(): Reply {
  return { text: "Now the same tests again.", calls: [exec(check)] };
}

function end(turn: Turn): Reply {
  if (!testsPassed(turn)) return { text: "A test still fails after the correction; I stop here." };
  const finish = ending(
    turn,
    "GET /stats/:slug shows how often a link was followed; tests and README included.",
    "the tests of links and statistics pass",
  );
  return finish.calls ? { calls: [planCall(plan, plan.length), ...finish.calls] } : finish;
}
