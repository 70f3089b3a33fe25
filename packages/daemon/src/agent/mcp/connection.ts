import { pathToFileURL } from "node:url";
import { DaemonError, type McpTool, messageOf } from "@heddle/protocol";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPError } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  CallToolResultSchema,
  ElicitRequestSchema,
  ErrorCode,
  ListRootsRequestSchema,
  McpError,
  ToolListChangedNotificationSchema,
  ToolSchema,
} from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod";
import { type Definitions, definitionsOf, type ListedTool } from "./definitions.ts";
import { type AskUntil, fillForm } from "./elicitation.ts";
import type { McpAnswer } from "./offers.ts";
import { textOf } from "./results.ts";
import { flawOf, misfit } from "./schemas.ts";

/** What a server may take, in milliseconds. */
export interface McpTimes {
  readonly startMs: number;
  readonly callMs: number;
}

export interface ConnectionInit {
  readonly server: string;
  /** Makes what carries the messages; it calls back with the reason when it ends by itself. */
  readonly transport: (failed: (why: string) => void) => Transport;
  /** Is disposed with the connection. */
  readonly ended?: Disposable;
  readonly times: McpTimes;
  /** Puts to a person what the server asks while it starts; without it, that is declined. */
  readonly ask?: AskUntil;
  /** The worktree, for a server that can reach it. */
  readonly root?: string;
  readonly signal: AbortSignal;
}

const pagesAtMost = 10;
/** Of these, most are refused in any case. */
const toolsInPage = 500;
const Page = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().optional() });
/** Messages of a server's own accord for one answer. */
const messagesAtMost = 5000;
const longestMs = 2 ** 31 - 1;
/** Questions that a server may put to a person in one call. */
const formsAtMost = 16;

/** One connection to an MCP server, whatever that does: it answers in time and in bounds, or is ended. */
export class McpConnection implements AsyncDisposable {
  readonly #init: ConnectionInit;
  readonly #transport: Transport;
  readonly #client: Client;
  readonly #ended = new AbortController();
  #tools: Promise<Definitions> | undefined;
  #messages = 0;
  #deadline: NodeJS.Timeout | undefined;
  #late: (() => void) | undefined;
  #ask: AskUntil | undefined;
  /** Of the call under way: how many were begun, and how many wait for a person. */
  #forms = 0;
  #openForms = 0;
  #lastForm: Promise<unknown> = Promise.resolve();

  private constructor(init: ConnectionInit) {
    this.#init = init;
    this.#ask = init.ask;
    this.#transport = init.transport((why) => this.fail(why));
    const roots = init.root === undefined ? {} : { roots: {} };
    const capabilities = { elicitation: { form: {} }, ...roots };
    this.#client = new Client({ name: "heddle", version: "1" }, { capabilities });
    this.#client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      this.#tools = undefined;
    });
    if (init.root !== undefined) {
      const uri = pathToFileURL(init.root).href;
      this.#client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri }] }));
    }
    this.#client.setRequestHandler(ElicitRequestSchema, ({ params }) => this.#elicit(params));
  }

  /** Connects, and knows the server's tools. Throws `mcpFailed`. */
  static async open(init: ConnectionInit): Promise<McpConnection> {
    const connection = new McpConnection(init);
    const transport = connection.#transport;
    transport.onmessage = () => connection.#count();
    try {
      await connection.#within(init.times.startMs, async (signal) => {
        const options = { timeout: longestMs, signal };
        await connection.#client.connect(transport, options);
        await connection.definitions();
      });
      // Before, it closes because of what is thrown, which says more.
      connection.#client.onclose = () => connection.fail("the connection ended");
      return connection;
    } catch (error) {
      await connection[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Whether it answers nothing any more. */
  get ended(): boolean {
    return this.#ended.signal.aborted;
  }

  /** What the server calls itself. */
  get version(): string {
    const { name, version } = this.#client.getServerVersion() ?? { name: "?", version: "?" };
    return `${name} ${version}`.slice(0, 200);
  }

  /** The tools as the server lists them now. */
  definitions(): Promise<Definitions> {
    this.#tools ??= this.#list();
    this.#tools.catch(() => {
      this.#tools = undefined;
    });
    return this.#tools;
  }

  /** Calls a tool; questions that the server has meanwhile are put to a person by `ask`. */
  async call(tool: McpTool, args: Record<string, unknown>, ask: AskUntil): Promise<McpAnswer> {
    const { name, outputSchema } = tool;
    const request = { method: "tools/call", params: { name, arguments: args } } as const;
    this.#ask = ask;
    const result = await this.#within(this.#init.times.callMs, (signal) =>
      this.#client.request(request, CallToolResultSchema, { timeout: longestMs, signal }),
    )
      .catch((error: unknown) => {
        throw isAnswer(error) && !this.ended ? error : unknownEffect(error);
      })
      // Nobody is asked in the name of a call that is over.
      .finally(() => {
        this.#ask = undefined;
      });
    const text = textOf(result);
    if (result.isError) return { text, failed: true };
    const wrong = outputSchema && misfit(outputSchema, result.structuredContent ?? {});
    if (!wrong) return { text, failed: false };
    return { text: `the result is not what the tool declares: ${wrong}`, failed: true };
  }

  /** Ends it: from now on every call fails for this reason, the one under way too. */
  fail(why: string): void {
    if (this.ended) return;
    this.#ended.abort(new DaemonError("mcpFailed", `${this.#init.server}: ${why}`));
    void this.#close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.fail("it was stopped");
    await this.#close();
  }

  async #close(): Promise<void> {
    await this.#transport.close().catch(() => {});
    this.#init.ended?.[Symbol.dispose]();
  }

  /** One tool that is none does not cost the others. */
  async #list(): Promise<Definitions> {
    const { server, times } = this.#init;
    const options = { timeout: times.startMs, signal: this.#ended.signal };
    const listed: ListedTool[] = [];
    const malformed: Definitions["refused"][number][] = [];
    let cursor: string | undefined;
    for (let count = 0; count < pagesAtMost; count += 1) {
      const params = cursor === undefined ? {} : { params: { cursor } };
      const request = { method: "tools/list", ...params } as const;
      const page = await this.#client.request(request, Page, options).catch((error: unknown) => {
        throw this.ended ? this.#ended.signal.reason : failureOf(server, error);
      });
      for (const one of page.tools.slice(0, toolsInPage)) {
        const { data, error } = ToolSchema.safeParse(one);
        if (data) listed.push(data);
        else malformed.push({ name: nameOf(one), reason: `it is no tool: ${issueOf(error)}` });
      }
      cursor = page.nextCursor;
      if (cursor === undefined) break;
    }
    const { tools, refused } = definitionsOf(server, listed, flawOf);
    return { tools, refused: [...malformed.slice(0, toolsInPage), ...refused] };
  }

  /** Asks a person, one form after another and only for a call; meanwhile the time does not run. */
  async #elicit(params: Parameters<typeof fillForm>[1] | { mode: "url" }) {
    const { server, signal: stopped } = this.#init;
    const ask = this.#ask;
    const isTooMuch = this.#forms >= formsAtMost;
    if (ask === undefined || isTooMuch || params.mode === "url") {
      return { action: "decline" } as const;
    }
    this.#forms += 1;
    this.#openForms += 1;
    clearTimeout(this.#deadline);
    const signal = AbortSignal.any([this.#ended.signal, stopped]);
    const form = this.#lastForm.then(() =>
      fillForm(server, params, (question, options) => ask(question, options, signal)),
    );
    this.#lastForm = form.catch(() => {});
    try {
      return await form;
    } finally {
      this.#openForms -= 1;
      if (this.#openForms === 0) this.#restart();
    }
  }

  /** Ends the connection when an answer does not come: nobody knows what such a server does. */
  async #within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal: stopped } = this.#init;
    const signal = AbortSignal.any([this.#ended.signal, stopped]);
    signal.throwIfAborted();
    this.#messages = 0;
    this.#forms = 0;
    this.#late = () => this.fail(`it did not answer in ${Math.ceil(ms / 1000)} s`);
    this.#restart(ms);
    try {
      return await work(signal);
    } catch (error) {
      stopped.throwIfAborted();
      this.#ended.signal.throwIfAborted();
      throw failureOf(this.#init.server, error);
    } finally {
      clearTimeout(this.#deadline);
      this.#late = undefined;
    }
  }

  #restart(ms = this.#init.times.callMs): void {
    clearTimeout(this.#deadline);
    const late = this.#late;
    if (late !== undefined) this.#deadline = setTimeout(late, ms);
  }

  #count(): void {
    this.#messages += 1;
    if (this.#messages <= messagesAtMost || this.ended) return;
    this.fail(`it sent over ${messagesAtMost} messages instead of an answer`);
  }
}

function nameOf(tool: unknown): string {
  const name = typeof tool === "object" && tool !== null && "name" in tool ? tool.name : "";
  return typeof name === "string" ? name.slice(0, 200) : "";
}

function issueOf(error: { issues: { path: PropertyKey[]; message: string }[] }): string {
  const [issue] = error.issues;
  return issue ? `${issue.path.map(String).join(".")}: ${issue.message}`.slice(0, 300) : "?";
}

/** Whether the server itself refused the call, or never took it; else it may have done its work. */
function isAnswer(error: unknown): boolean {
  const cause = error instanceof DaemonError ? error.cause : undefined;
  const lost: number[] = [ErrorCode.ConnectionClosed, ErrorCode.RequestTimeout];
  if (cause instanceof McpError) return !lost.includes(cause.code);
  return cause instanceof StreamableHTTPError && [401, 403, 404].includes(cause.code ?? 0);
}

/** The call was under way, and nobody can say how far it came. */
function unknownEffect(error: unknown): unknown {
  if (!(error instanceof DaemonError) || error.kind !== "mcpFailed") return error;
  const message = `${error.message}; whether the call had its effect is not known`;
  return new DaemonError("mcpFailed", message, {}, { cause: error });
}

/** What a server answers that is none, or an error, in words that a model can use. */
function failureOf(server: string, error: unknown): DaemonError {
  const message = messageOf(error);
  return new DaemonError("mcpFailed", `${server}: ${message.slice(0, 2000)}`, {}, { cause: error });
}
