import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { contextLengthOf, contextWarning, identify, isLoopback } from "./model-servers.ts";

/** A program that answers some paths with JSON, and all others with 404. */
async function program(answers: Readonly<Record<string, unknown>>) {
  const server = createServer(({ url = "" }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    response.statusCode = Object.hasOwn(answers, pathname) ? 200 : 404;
    response.end(JSON.stringify(answers[pathname] ?? { error: "not found" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const dispose = () => {
    server.closeAllConnections();
    server.close();
  };
  return { baseUrl: `http://127.0.0.1:${port}/v1`, [Symbol.dispose]: dispose };
}

const find = (baseUrl: string) =>
  identify({ baseUrl, apiKey: undefined, signal: AbortSignal.timeout(5000) });

const programs = {
  ollama: {
    "/v1/models": { data: [{ id: "qwen3:8b", owned_by: "library" }] },
    "/api/tags": { models: [{ name: "qwen3:8b" }, { name: "idle" }] },
    "/api/ps": { models: [{ name: "qwen3:8b", context_length: 4096 }] },
  },
  lmstudio: {
    "/v1/models": { data: [{ id: "qwen3" }, { id: "embed" }] },
    "/api/v0/models": {
      data: [
        { id: "qwen3", type: "llm", loaded_context_length: 4096, max_context_length: 131072 },
        { id: "idle", type: "vlm", state: "not-loaded", max_context_length: 131072 },
        { id: "embed", type: "embeddings" },
      ],
    },
  },
  vllm: {
    "/v1/models": { data: [{ id: "Qwen/Qwen3-8B", owned_by: "vllm", max_model_len: 4096 }] },
  },
  llamacpp: {
    "/v1/models": { data: [{ id: "qwen3.gguf", owned_by: "llamacpp" }] },
    "/props": { default_generation_settings: { n_ctx: 4096 } },
  },
} as const;

test.each([
  ["ollama", ["qwen3:8b", 4096], ["idle", null], "`OLLAMA_CONTEXT_LENGTH=32768 ollama serve`"],
  ["lmstudio", ["qwen3", 4096], ["idle", null], "`lms load qwen3 --context-length 32768`"],
  ["vllm", ["Qwen/Qwen3-8B", 4096], undefined, "`vllm serve Qwen/Qwen3-8B --max-model-len 32768`"],
  ["llamacpp", ["qwen3.gguf", 4096], undefined, "`--ctx-size 32768`"],
] as const)(
  "%s is known by its own API, with the setting for more context",
  async (id, first, second, mend) => {
    using server = await program(programs[id]);
    const found = await find(server.baseUrl);
    expect(found?.kind.id).toBe(id);
    expect(found?.models.map(({ name, contextLength }) => [name, contextLength])).toEqual(
      [first, second].filter((model) => model !== undefined),
    );
    const [served] = found?.models ?? [];
    const warning = found && served && contextWarning(found, served);
    expect(warning).toContain(mend);
    expect(warning).toContain("4096 tokens");
    expect(await contextLengthOf({ ...server, apiKey: undefined, model: first[0] })).toBe(4096);
  },
);

test("enough context is not warned of, nor one that is not known", async () => {
  using server = await program(programs.ollama);
  const found = await find(server.baseUrl);
  if (!found) throw new Error("it was not found");
  expect(contextWarning(found, { name: "a", contextLength: 32_768 })).toBeNull();
  expect(contextWarning(found, { name: "a", contextLength: null })).toBeNull();
});

test("another program, one that answers rubbish, and none at all are nothing", async () => {
  using other = await program({ "/v1/models": { data: [{ id: "m", owned_by: "me" }] } });
  using rubbish = await program({ "/api/tags": "hello", "/api/v0/models": [], "/props": null });
  expect(await find(other.baseUrl)).toBeUndefined();
  expect(await find(rubbish.baseUrl)).toBeUndefined();
  const gone = await program({});
  gone[Symbol.dispose]();
  expect(await find(gone.baseUrl)).toBeUndefined();
});

test("one that never answers is given up when the time is", async () => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  const signal = AbortSignal.timeout(20);
  expect(await identify({ baseUrl, apiKey: undefined, signal })).toBeUndefined();
  server.closeAllConnections();
  server.close();
});

test("only addresses of this machine are asked for more than their models", () => {
  const told = ["http://127.0.0.1:1/v1", "http://localhost/v1", "http://[::1]:1/v1"].map(
    isLoopback,
  );
  expect(told).toEqual([true, true, true]);
  expect(isLoopback("https://127.evil.example/v1")).toBe(false);
});
