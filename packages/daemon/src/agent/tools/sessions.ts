import { StringDecoder } from "node:string_decoder";
import { setTimeout as delay } from "node:timers/promises";
import type { Item } from "@heddle/protocol";
import type { SpoolFile } from "../../os/spool-file.ts";
import type { BoxExit, BoxProcess } from "../../sandbox/types.ts";
import { estimateTokens } from "../context/tokens.ts";
import { truncateForModel } from "../context/truncate.ts";
import type { TurnHost } from "../turn-host.ts";
import { UnreadOutput } from "./unread-output.ts";

type CommandItem = Extract<Item, { type: "commandExecution" }>;

/** What clients are shown of one command, in UTF-16 units. */
const shownLimit = 1024 * 1024;

interface SessionInit {
  readonly id: number;
  readonly item: CommandItem;
  readonly tty: boolean;
  readonly process: BoxProcess;
  readonly host: TurnHost;
}

/** One command of a turn, from its start until its end has been told to the model. */
export class CommandSession {
  readonly id: number;
  readonly item: CommandItem;
  /** Whether it can be written to. */
  readonly tty: boolean;
  readonly #process: BoxProcess;
  readonly #host: TurnHost;
  readonly #startedAt = performance.now();
  readonly #ended: Promise<BoxExit>;
  readonly #spool: SpoolFile;
  readonly #unread = new UnreadOutput();
  #shown = 0;
  #lookedAt = performance.now();
  exit: BoxExit | undefined;

  constructor(init: SessionInit) {
    const { id, item, tty, process, host } = init;
    this.id = id;
    this.item = item;
    this.tty = tty;
    this.#process = process;
    this.#host = host;
    this.#spool = host.spool(item.id);
    const decoder = new StringDecoder("utf8");
    process.onOutput((chunk) => {
      this.#unread.add(chunk);
      if (this.#shown < shownLimit) this.#show(decoder.write(chunk));
      const full = this.#spool.write(chunk);
      if (full !== undefined) process.hold(full);
    });
    this.#ended = process.exited.then(async (exit) => {
      if (this.#shown < shownLimit) this.#show(decoder.end());
      await this.#spool.end();
      return this.#end(exit);
    });
  }

  write(chars: string): void {
    this.#process.write(chars);
  }

  /** Its call is over and it goes on: clients are told, and another command gets its place. */
  leaveRunning(): void {
    this.#process.background();
    this.#host.updateItem({ ...this.item, sessionId: this.id });
  }

  async kill(): Promise<void> {
    this.#process.kill();
    await this.#ended;
  }

  /**
   * Waits for the end, `yieldMs` at most, and says what has happened since the last look. Throws
   * when the turn is interrupted.
   */
  async look(yieldMs: number, maxTokens: number): Promise<string> {
    const looked = new AbortController();
    const signal = AbortSignal.any([looked.signal, this.#host.signal]);
    const waited = delay(yieldMs, undefined, { signal }).catch(() => {});
    await Promise.race([this.#ended, waited]);
    looked.abort();
    this.#host.signal.throwIfAborted();
    const wallS = ((performance.now() - this.#lookedAt) / 1000).toFixed(2);
    this.#lookedAt = performance.now();
    const head = this.exit ? exitLine(this.exit) : `session_id: ${this.id}`;
    const { text, bytes, whole } = this.#unread.take();
    const { bytesPerToken } = this.#host.window;
    const output = truncateForModel(text, maxTokens, bytesPerToken);
    const file = whole && output === text ? undefined : await this.#spool.file();
    return [
      head,
      `wall_s: ${wallS}`,
      `original_tokens: ${estimateTokens(bytes, bytesPerToken)}`,
      ...(file === undefined ? [] : [`whole_output: ${file}`]),
      `output:\n${output}`,
    ].join("\n");
  }

  /** Waits for the end, however long it takes; an interrupt ends the command, and throws. */
  async outcome(maxTokens: number): Promise<string> {
    const { signal } = this.#host;
    const kill = () => this.#process.kill();
    signal.addEventListener("abort", kill, { once: true });
    if (signal.aborted) kill();
    await this.#ended;
    signal.removeEventListener("abort", kill);
    return await this.look(0, maxTokens);
  }

  #show(text: string): void {
    if (text === "") return;
    const room = shownLimit - this.#shown;
    this.#shown += text.length;
    const note = text.length > room ? "\n… more output is not shown …\n" : "";
    this.#host.appendText(this.item.id, text.slice(0, room) + note);
  }

  #end(exit: BoxExit): BoxExit {
    this.exit = exit;
    const wallMs = Math.round(performance.now() - this.#startedAt);
    const ended = exit.reason === "exited";
    const item = {
      ...this.item,
      exitCode: exit.exitCode ?? null,
      wallMs,
      sessionId: null,
      stopReason: ended ? null : exit.reason,
      outputBytes: this.#spool.bytes,
    };
    this.#host.completeItem(
      item,
      ended ? (exit.exitCode === 0 ? "completed" : "failed") : "interrupted",
    );
    return exit;
  }
}

function exitLine({ exitCode, reason, limit = 0 }: BoxExit): string {
  switch (reason) {
    case "exited":
      return `exit_code: ${exitCode ?? "unknown"}`;
    case "timedOut":
      return "exit_code: unknown (stopped at the time limit)";
    case "killed":
      return "exit_code: unknown (stopped)";
    case "outputLimit":
      return "exit_code: unknown (stopped: too much output; send it to a file instead)";
    case "memoryLimit":
      return `exit_code: unknown (stopped: it used more than ${Math.floor(limit / MiB)} MB; ${restarted})`;
    case "processLimit":
      return `exit_code: unknown (stopped: it had more than ${limit} processes; ${restarted})`;
    case "boxLost":
      return `exit_code: unknown (the sandbox ended; ${restarted})`;
  }
}

const MiB = 1024 * 1024;
const restarted = "the sandbox starts anew, so servers, /tmp and HOME are gone";

/** The commands of one turn. Disposing stops those that still run. */
export class CommandSessions implements AsyncDisposable {
  readonly #sessions = new Map<number, CommandSession>();
  #next = 1;

  add(init: Omit<SessionInit, "id">): CommandSession {
    const session = new CommandSession({ ...init, id: this.#next });
    this.#sessions.set(session.id, session);
    this.#next += 1;
    return session;
  }

  find(id: number): CommandSession | undefined {
    return this.#sessions.get(id);
  }

  /** Whether the command of this item was started. */
  has(itemId: string): boolean {
    return [...this.#sessions.values()].some(({ item }) => item.id === itemId);
  }

  running(): CommandSession[] {
    return [...this.#sessions.values()].filter(({ exit }) => exit === undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.running().map((session) => session.kill()));
  }
}
