/** The tests of the demo's repository; the last one of test/slug.test.js fails. */
export const demoTestFiles: Readonly<Record<string, string>> = {
  "support/start-app.js": `import { once } from "node:events";
import { createServer } from "../src/server.js";
import { LinkStore } from "../src/store.js";

/** Starts the API on a free port; stops it when the test ends. */
export async function startApp(t, options) {
  const server = createServer(new LinkStore(options)).listen(0, "127.0.0.1");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, "listening");
  const base = \`http://127.0.0.1:\${server.address().port}\`;
  return {
    get: (path) => fetch(base + path, { redirect: "manual" }),
    post: (path, body) => fetch(base + path, { method: "POST", body: JSON.stringify(body) }),
  };
}
`,
  "test/slug.test.js": `import assert from "node:assert/strict";
import test from "node:test";
import { createSlug, SLUG_LENGTH } from "../src/slug.js";

test("a slug has the default length", () => {
  assert.equal(createSlug(() => 0).length, SLUG_LENGTH);
});

test("a slug has the length that is asked for", () => {
  assert.equal(createSlug(() => 0.5, 12).length, 12);
});

test("the largest random number still picks a letter of the alphabet", () => {
  assert.equal(createSlug(() => 0.999999, 3), "999");
});
`,
  "test/links.test.js": `import assert from "node:assert/strict";
import test from "node:test";
import { startApp } from "../support/start-app.js";

const url = "https://example.com/a/long/path";

test("POST /links makes a link", async (t) => {
  const app = await startApp(t, { now: () => 0, makeSlug: () => "abc" });
  const response = await app.post("/links", { url });
  assert.equal(response.status, 201);
  assert.deepEqual(await response.json(), {
    slug: "abc",
    url,
    createdAt: "1970-01-01T00:00:00.000Z",
  });
});

test("POST /links refuses what is not a web address", async (t) => {
  const app = await startApp(t);
  const response = await app.post("/links", { url: "ftp://example.com" });
  assert.equal(response.status, 400);
  assert.deepEqual(await response.json(), { error: "url is neither http nor https" });
});

test("GET /links lists the newest link first", async (t) => {
  const app = await startApp(t);
  await app.post("/links", { url: "https://example.com/1" });
  await app.post("/links", { url: "https://example.com/2" });
  const { links } = await (await app.get("/links")).json();
  assert.deepEqual(
    links.map((link) => link.url),
    ["https://example.com/2", "https://example.com/1"],
  );
});

test("GET /:slug redirects to the link's URL", async (t) => {
  const app = await startApp(t, { makeSlug: () => "abc" });
  await app.post("/links", { url });
  const response = await app.get("/abc");
  assert.equal(response.status, 302);
  assert.equal(response.headers.get("location"), url);
});

test("GET /:slug answers 404 for a slug that no link has", async (t) => {
  const app = await startApp(t);
  assert.equal((await app.get("/nothing")).status, 404);
});
`,
  "test/store.test.js": `import assert from "node:assert/strict";
import test from "node:test";
import { LinkStore } from "../src/store.js";

test("a slug that is taken is not given again", () => {
  const slugs = ["same", "same", "other"];
  const store = new LinkStore({ makeSlug: () => slugs.shift() });
  assert.equal(store.create("https://example.com/1").slug, "same");
  assert.equal(store.create("https://example.com/2").slug, "other");
  assert.equal(store.size, 2);
});

test("the store gives up when every slug is taken", () => {
  const store = new LinkStore({ makeSlug: () => "same" });
  store.create("https://example.com/1");
  assert.throws(() => store.create("https://example.com/2"), /could not find a free slug/);
});
`,
  "test/validate.test.js": `import assert from "node:assert/strict";
import test from "node:test";
import { parseUrl } from "../src/validate.js";

test("a URL comes back in its normal form", () => {
  assert.equal(parseUrl("HTTPS://Example.com"), "https://example.com/");
});

test("what is missing, too long or no URL is refused by name", () => {
  assert.throws(() => parseUrl(undefined), /url is missing/);
  assert.throws(() => parseUrl(\`https://example.com/\${"x".repeat(3000)}\`), /url is too long/);
  assert.throws(() => parseUrl("not a url"), /url is not a URL/);
});
`,
};
