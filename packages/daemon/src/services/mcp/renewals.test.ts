import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { auth } from "@modelcontextprotocol/sdk/client/auth.js";
import { expect, test } from "vitest";
import { OAuthFile } from "./oauth-file.ts";
import { Renewals } from "./renewals.ts";

const renewing = (refreshToken: string) => ({
  method: "POST",
  body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: refreshToken }),
});

/** An authorization server that gives out what `next` says, and hears what is spent. */
function server(next: (spent: string) => object | string | number) {
  const spent: string[] = [];
  const through: typeof fetch = async (_, init) => {
    const token = new URLSearchParams(String(init?.body)).get("refresh_token") ?? "";
    spent.push(token);
    const answer = next(token);
    if (typeof answer === "number") return new Response("no", { status: answer });
    return typeof answer === "string" ? new Response(answer) : Response.json(answer);
  };
  return { spent, through };
}

const rotating = () =>
  server((token) => ({ access_token: `for ${token}`, refresh_token: `${token}+` }));
const tokensOf = async (response: Promise<Response>) => (await response).json();

test("two threads that renew one login at once spend its refresh token once, and both get tokens", async () => {
  const { spent, through } = rotating();
  const renew = new Renewals().sharing("login", through);
  const both = await Promise.all([1, 2].map(() => tokensOf(renew("http://a/", renewing("r")))));
  expect(both).toEqual([1, 2].map(() => ({ access_token: "for r", refresh_token: "r+" })));
  expect(spent).toEqual(["r"]);
});

test("one that comes late with a token that is spent gets what it was spent for", async () => {
  const { spent, through } = rotating();
  const renewals = new Renewals();
  await renewals.sharing("login", through)("http://a/", renewing("r"));
  const late = renewals.sharing("login", through)("http://a/", renewing("r"));
  expect(await tokensOf(late)).toMatchObject({ refresh_token: "r+" });
  expect(spent).toEqual(["r"]);
});

test.each([
  ["a token that the server leaves as it is", server(() => ({ access_token: "a" }))],
  ["a renewal that failed", server(() => 500)],
  ["an answer that is no JSON", server(() => "<html>")],
])("%s is sent again", async (_, { spent, through }) => {
  const renew = new Renewals().sharing("login", through);
  await renew("http://a/", renewing("r"));
  await renew("http://a/", renewing("r"));
  expect(spent).toEqual(["r", "r"]);
});

test("a renewal that fails late takes nothing from the one after it", async () => {
  const gates = new Map<string, PromiseWithResolvers<number>>();
  const spent: string[] = [];
  const through: typeof fetch = async (_, init) => {
    const token = new URLSearchParams(String(init?.body)).get("refresh_token") ?? "";
    spent.push(token);
    const gate = Promise.withResolvers<number>();
    gates.set(token, gate);
    const status = await gate.promise;
    return new Response(JSON.stringify({ refresh_token: `${token}+` }), { status });
  };
  const renew = new Renewals().sharing("login", through);
  const first = renew("http://a/", renewing("r"));
  const second = renew("http://a/", renewing("s"));
  gates.get("r")?.resolve(500);
  await first;
  const third = renew("http://a/", renewing("s"));
  gates.get("s")?.resolve(200);
  expect(await Promise.all([second, third].map(tokensOf))).toEqual(
    Array.from({ length: 2 }, () => ({ refresh_token: "s+" })),
  );
  expect(spent).toEqual(["r", "s"]);
});

test("tokens of different logins, and requests that renew nothing, have nothing to do with each other", async () => {
  const { spent, through } = rotating();
  const renewals = new Renewals();
  for (const login of ["one", "two"]) {
    await renewals.sharing(login, through)("http://a/", renewing("r"));
  }
  expect(spent).toEqual(["r", "r"]);
  const asking = { body: new URLSearchParams({ refresh_token: "x", grant_type: "password" }) };
  const ask = renewals.sharing("one", through);
  await Promise.all([ask("http://a/", asking), ask("http://a/", asking)]);
  expect(spent).toEqual(["r", "r", "x", "x"]);
});

test("two connections whose tokens are over both have new ones, and the login goes on", async () => {
  const directory = mkdtempSync(join(tmpdir(), "heddle-renewals-"));
  const path = join(directory, "login.json");
  const client = { client_id: "heddle", redirect_uris: ["http://127.0.0.1:1/"] };
  const first = new OAuthFile(path, { redirectUrl: "http://127.0.0.1:1/", client }, () => {});
  first.saveTokens({ access_token: "over", token_type: "bearer", refresh_token: "r" });
  const left = new Set(["r"]);
  const { spent, through } = server((token) => {
    if (!left.delete(token)) return 400;
    left.add(`${token}+`);
    return { access_token: "new", token_type: "bearer", refresh_token: `${token}+` };
  });
  const answers: typeof fetch = async (input, init) => {
    if (init?.method !== "POST") return new Response(null, { status: 404 });
    return await through(input, init);
  };
  const fetchFn = new Renewals().sharing(path, answers);
  try {
    const outcomes = await Promise.all(
      [1, 2].map(async () => {
        const login = OAuthFile.at(path, () => {});
        return login && (await auth(login, { serverUrl: "http://a/mcp", fetchFn }));
      }),
    );
    expect(outcomes).toEqual(["AUTHORIZED", "AUTHORIZED"]);
    expect(spent).toEqual(["r"]);
    expect(OAuthFile.at(path, () => {})?.tokens()).toMatchObject({ refresh_token: "r+" });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
