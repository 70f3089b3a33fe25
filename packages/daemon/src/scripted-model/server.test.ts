import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import OpenAI from "openai";
import { expect, test } from "vitest";
import { startScriptedModel } from "./server.ts";

const client = (baseURL: string): OpenAI =>
  new OpenAI({ baseURL, apiKey: "none", maxRetries: 0, logLevel: "off" });

test("OpenAI's own client reads a response that is not streamed", async () => {
  await using model = await startScriptedModel();
  const response = await client(model.url).responses.create({
    model: "any",
    input: "[[say n=3]]",
  });
  expect(response.output_text).toBe("the shuttle passes");
  expect(response.status).toBe("completed");
});

test("OpenAI's own client assembles a streamed response to the same items", async () => {
  await using model = await startScriptedModel();
  const stream = client(model.url).responses.stream({
    model: "any",
    input: '[[run cmd="ls -l"]]',
    tools: [{ type: "function", name: "exec_command", parameters: {}, strict: false }],
  });
  const response = await stream.finalResponse();
  expect(response.output).toMatchObject([
    { type: "function_call", name: "exec_command", arguments: '{"cmd":"ls -l"}' },
  ]);
});

test("OpenAI's own client retries a fault that passes", async () => {
  await using model = await startScriptedModel();
  const patient = client(model.url).withOptions({ maxRetries: 2 });
  const response = await patient.responses.create({
    model: "any",
    input: "[[say n=1 fault=429 times=2 retry-after=0]]",
  });
  expect(response.output_text).toBe("the");
  expect(model.requests()).toHaveLength(3);
});

test("the model list says that there is no AI here", async () => {
  await using model = await startScriptedModel();
  const { data } = await client(model.url).models.list();
  expect(data).toEqual([
    { id: "scripted", object: "model", created: 0, owned_by: "scripted model, no AI" },
  ]);
});

test("the demo's repository and tasks are served beside the API", async () => {
  await using model = await startScriptedModel();
  const response = await fetch(new URL("/demo", model.url));
  expect(await response.json()).toMatchObject({
    files: { "package.json": expect.any(String) },
    tasks: [{ policy: "workspace" }, { policy: "ask" }, { policy: "workspace" }],
    check: "node --test",
  });
});

test("faults of the server befall every conversation, each as often as they say", async () => {
  const fault = { kind: "status", status: 500, code: undefined, times: 1 } as const;
  await using model = await startScriptedModel({ faults: [fault] });
  const ask = (prompt_cache_key: string) =>
    client(model.url).responses.create({ model: "any", input: "hi", prompt_cache_key });
  await expect(ask("one")).rejects.toMatchObject({ status: 500 });
  await expect(ask("two")).rejects.toMatchObject({ status: 500 });
  expect((await ask("one")).output_text).toBe("ok");
});

test("a script that cannot be followed is answered with what is wrong", async () => {
  await using model = await startScriptedModel();
  const ask = (input: string) => client(model.url).responses.create({ model: "any", input });
  await expect(ask("[[steps]] nothing")).rejects.toMatchObject({
    status: 400,
    message: "400 scripted model, no AI: steps needs a fenced block of JSON",
  });
  await expect(ask("[[say fault=meteor]]")).rejects.toMatchObject({ status: 400 });
  await expect(fetch(`${model.url}/nothing`)).resolves.toMatchObject({ status: 404 });
});

test("tokens keep the rate that is asked for", async () => {
  await using model = await startScriptedModel({ tokensPerSecond: 100 });
  const begun = performance.now();
  const body = JSON.stringify({ input: "[[say n=20]]", stream: true });
  await (await fetch(`${model.url}/responses`, { method: "POST", body })).text();
  expect(performance.now() - begun).toBeGreaterThan(180);
});

test("as a process it prints its address and ends when its stdin closes", async () => {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    ["--conditions=@heddle/source", main, "--exit-with-stdin"],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const { url, label } = JSON.parse(line) as { url: string; label: string };
  expect(label).toBe("scripted model, no AI");
  expect((await fetch(`${url}/models`)).status).toBe(200);
  child.stdin.end();
  expect(await once(child, "exit")).toEqual([0, null]);
});
