import { mkdirSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "@heddle/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  answersIn,
  connectRequest,
  fetching,
  getRequest,
  holding,
  NetworkArena,
  printed,
  run,
  tell,
} from "./support/network.ts";
import { exec, steps } from "./support/steps.ts";
import type { TestThread } from "./support/test-thread.ts";

let arena: NetworkArena;
beforeAll(async () => {
  arena = await NetworkArena.start();
});
afterAll(() => arena[Symbol.asyncDispose]());

/** Starts a turn whose command holds a tunnel to the echo; settles once it is open. */
async function holdTunnel(thread: TestThread): Promise<void> {
  await thread.send(steps(exec(holding(arena.echo.host)), { text: "done" }));
  await printed(thread, "holding");
}

describe("a host that is granted", () => {
  test("is reached by programs that know proxies by their environment, and by no other way", async () => {
    const thread = await arena.thread();
    const url = `http://${arena.web.host}/hello`;
    expect(await run(thread, fetching(url))).toBe("got /hello\n");
    const bare = `unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY; ${fetching(url)}`;
    expect(await run(thread, bare)).toBe("failed ECONNREFUSED\n");
    expect(arena.daemon.log()).toContain(`"host":"${arena.web.host}","address":"127.0.0.2"`);
  });

  test("to one thread is reached by no other thread of the project", async () => {
    const project = await arena.daemon.project();
    const [mine, other] = [await project.thread(), await project.thread()];
    await arena.grant(project, arena.web.host, { threadId: mine.id });
    const cmd = fetching(`http://${arena.web.host}/thread`);
    expect(await run(mine, cmd)).toBe("got /thread\n");
    expect(await run(other, cmd)).toBe("failed ECONNREFUSED\n");
  });

  test("is cut off from a running command when the grant is taken back", async () => {
    const project = await arena.daemon.project();
    const thread = await project.thread();
    const grant = await arena.grant(project, arena.echo.host);
    await holdTunnel(thread);
    await arena.revoke(grant);
    await printed(thread, "cut");
    expect(await run(thread, "env | grep -ic proxy; true")).toBe("0\n");
  });

  test("is cut off from a running command when the grant expires", async () => {
    const project = await arena.daemon.project();
    const thread = await project.thread();
    await arena.grant(project, arena.echo.host);
    await holdTunnel(thread);
    const expiresAt = Date.now() + 200;
    await arena.grant(project, arena.echo.host, { expiresAt });
    await printed(thread, "cut");
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt);
    const { grants } = await thread.client.call("project/read", { projectId: project.project.id });
    expect(grants).toEqual([]);
  });

  test("to a thread is granted no more once the thread is archived", async () => {
    const project = await arena.daemon.project();
    const thread = await project.thread();
    await thread.ready();
    await arena.grant(project, arena.web.host, { threadId: thread.id });
    await thread.client.call("thread/archive", { threadId: thread.id });
    const { grants } = await thread.client.call("project/read", { projectId: project.project.id });
    expect(grants).toEqual([]);
    await expect(
      arena.grant(project, arena.web.host, { threadId: thread.id }),
    ).rejects.toMatchObject({ kind: "threadArchived" });
  });

  test("while the turn runs is reached at once, where another one was before it", async () => {
    const project = await arena.daemon.project();
    const thread = await project.thread();
    await arena.grant(project, arena.echo.host);
    const ask = tell(getRequest(arena.web.host, "/late"));
    const until = `while ! ${ask} | tee last | grep -q "got /late"; do sleep 0.05; done; cat last`;
    await thread.send(steps(exec(`echo waiting; ${until}`), { text: "done" }));
    await printed(thread, "waiting");
    await arena.grant(project, arena.web.host);
    await printed(thread, "got /late");
  });

  test("with a private address is refused unless the user's config lists it", async () => {
    const project = await arena.daemon.project();
    const port = arena.vault.host.split(":")[1];
    await arena.grant(project, `localhost:${port}`);
    const thread = await project.thread();
    const [answer] = answersIn(await run(thread, tell(connectRequest(`localhost:${port}`))));
    expect(answer).toMatch(/^HTTP\/1.1 403 .*loopback or private.*allow_private/);
    await expect(arena.grant(project, `127.0.0.1:${port}`)).rejects.toMatchObject({
      kind: "notGranted",
      message: expect.stringContaining("allow_private"),
    });
    expect(arena.vault.requests).toEqual([]);
  });
});

test("a host that is not granted is refused, and the model is told how it could be", async () => {
  const thread = await arena.thread();
  const requests = [connectRequest("example.org:443"), getRequest("example.org:80")];
  const answers = answersIn(await run(thread, tell(...requests)));
  expect(answers).toEqual([
    expect.stringMatching(/^HTTP\/1.1 403 .*heddle project grant --host example.org:443/),
    expect.stringMatching(/^HTTP\/1.1 403 .*heddle project grant --host example.org:80/s),
  ]);
  expect(arena.daemon.log()).toContain('"host":"example.org:443"');
});

describe("grants", () => {
  let project: Project;
  beforeAll(async () => {
    ({ project } = await arena.daemon.project());
  });
  const grant = async (kind: "env" | "host" | "root", value: string, more: object = {}) => {
    const client = await arena.daemon.client();
    return client.call("project/grant", {
      projectId: project.id,
      resource: { kind, value },
      ...more,
    });
  };

  test("of the same thing are one, with the end that was said last", async () => {
    const own = await arena.daemon.project();
    const first = await arena.grant(own, arena.web.host, { expiresAt: Date.now() + 60_000 });
    const second = await arena.grant(own, arena.web.host);
    expect(second).toMatchObject({ id: first.id, expiresAt: null });
  });

  test("write a host in one way, and mean https where no port is named", async () => {
    const { grants } = await grant("host", "Registry.NPMJS.org");
    expect(grants).toMatchObject([{ kind: "host", value: "registry.npmjs.org:443" }]);
  });

  test.each(["http://example.org", "example.org.:443", "a b:1", "example.org:0", "0x7f.1:80"])(
    "of %s are refused: it is no host",
    async (value) => {
      await expect(grant("host", value)).rejects.toMatchObject({
        kind: "invalidParams",
        message: expect.stringContaining("registry.npmjs.org:443"),
      });
    },
  );

  test.each([
    ["PATH", /decides how the sandbox/],
    ["LD_PRELOAD", /decides how the sandbox/],
    ["https_proxy", /decides how the sandbox/],
    ["CANARY_KEY", /key of a model provider/],
    ["CANARY_TWIN", /key of a model provider/],
  ])("of the variable %s are refused", async (name, message) => {
    await expect(grant("env", name)).rejects.toMatchObject({
      kind: "notGranted",
      message: expect.stringMatching(message),
    });
  });

  test("of the daemon's own configuration and socket are refused", async () => {
    const { config, runtime } = arena.daemon.paths;
    for (const path of [config, runtime]) {
      await expect(grant("root", path)).rejects.toMatchObject({ kind: "notGranted" });
    }
  });

  test("of another project's thread, of the past or of what is unknown are refused", async () => {
    const other = await (await arena.daemon.project()).thread();
    const refused = (more: object) => grant("env", "CI", more).catch(({ kind }) => kind);
    expect(await refused({ threadId: other.id })).toBe("invalidParams");
    expect(await refused({ expiresAt: 1 })).toBe("invalidParams");
    const client = await arena.daemon.client();
    const { grants } = await grant("env", "CI");
    const grantId = grants.find(({ kind }) => kind === "env")?.id ?? "";
    const after = await client.call("project/revoke", { grantId });
    expect(after.grants.filter(({ kind }) => kind === "env")).toEqual([]);
    await expect(client.call("project/revoke", { grantId })).rejects.toMatchObject({
      kind: "notFound",
    });
  });

  test("of a directory that was replaced by a link to another allow nothing", async () => {
    const { project: own, thread: start } = await arena.daemon.project();
    const [granted, other] = [join(arena.daemon.root, "granted"), join(arena.daemon.root, "other")];
    mkdirSync(granted);
    mkdirSync(other);
    const client = await arena.daemon.client();
    const resource = { kind: "root", value: granted } as const;
    await client.call("project/grant", { projectId: own.id, resource });
    const thread = await start();
    expect(await run(thread, `ls -d ${granted}`)).toBe(`${granted}\n`);
    renameSync(granted, `${granted}-before`);
    symlinkSync(other, granted);
    expect(await run(thread, `ls -d ${granted}`)).toContain("which was not granted");
  });
});
