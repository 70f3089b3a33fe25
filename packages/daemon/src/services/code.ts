import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  DaemonError,
  type Facts,
  type Methods,
  type ParamsOf,
  type ResultOf,
  type ThreadId,
} from "@heddle/protocol";
import { askOnce } from "../agent/ask-once.ts";
import type { QueryResult } from "../insight/all-queries.ts";
import { answerInstructions } from "../insight/answer/brief.ts";
import { readHistory } from "../insight/facts/read-history.ts";
import { tryGit } from "../os/git.ts";
import { type RepositoryPaths, readHead } from "../os/git-repository.ts";
import type { Store } from "../store/store.ts";
import type { Checkouts } from "./checkouts.ts";
import type { CodeIndex, CodeTree, OpenTree } from "./code-index.ts";
import type { Models } from "./models.ts";
import type { Projects } from "./projects.ts";
import { rows } from "./rows.ts";

type Of<Method extends keyof Methods> = ParamsOf<Methods, Method>;
type Answer<Method extends keyof Methods> = ResultOf<Methods, Method>;
type Where = Of<"code/analyze">;

export interface CodeOptions {
  readonly store: Store;
  readonly projects: Projects;
  readonly checkouts: Checkouts;
  readonly models: Models;
  readonly index: CodeIndex;
}

interface Tree extends CodeTree {
  readonly checkout: RepositoryPaths;
}

interface Opening {
  readonly opened: Promise<OpenTree>;
  done: number;
  total: number;
}

/** What clients ask about code. Reading needs a grant, like everything else in a project. */
export class Code implements Disposable {
  readonly #options: CodeOptions;
  readonly #openings = new Map<string, Opening>();
  readonly #stopping = new AbortController();

  constructor(options: CodeOptions) {
    this.#options = options;
  }

  async index({ waitMs, ...where }: Of<"code/index">): Promise<Answer<"code/index">> {
    const opening = this.#opening(await this.#tree(where));
    const { signal } = this.#stopping;
    const late = delay(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
    const opened = await Promise.race([opening.opened, late]);
    if (opened) return { ready: true, files: opened.summary.files, read: opened.summary.files };
    return { ready: false, files: opening.total, read: opening.done };
  }

  async analyze(where: Where): Promise<Facts> {
    const tree = await this.#tree(where);
    return await this.#facts(tree, await this.#open(tree));
  }

  /** One request to the model; only what it can show is passed on. */
  async ask({ question, ...where }: Of<"code/ask">): Promise<Answer<"code/ask">> {
    const { models } = this.#options;
    const { model: name } = models.resolve({});
    const { signal } = this.#stopping;
    const tree = await this.#tree(where);
    const code = await this.#open(tree);
    const facts = await this.#facts(tree, code);
    const text = await code.ask("brief", { question, facts });
    const answer = await askOnce(await models.endpoint(name, signal), {
      instructions: answerInstructions,
      text,
      cacheKey: tree.owner,
      signal,
    });
    return { ...(await code.ask("claims", { answer })), model: name };
  }

  async map({ budget = 1500, focus = [], ...where }: Of<"code/map">): Promise<Answer<"code/map">> {
    const tree = await this.#tree(where);
    const paths = focus.map((file) => inside(tree, file));
    return await (await this.#open(tree)).ask("map", { budget, focus: paths });
  }

  async refs({ symbol, limit = 200, ...where }: Of<"code/refs">): Promise<Answer<"code/refs">> {
    const code = await this.#open(await this.#tree(where));
    return await code.ask("refs", { symbol, limit });
  }

  /** Where a name is defined, with the last line of each definition. */
  async definitions(threadId: ThreadId, symbol: string): Promise<QueryResult<"definitions">> {
    return await (await this.#open(await this.#tree({ threadId }))).ask("definitions", { symbol });
  }

  async imports({ file, ...where }: Of<"code/imports">): Promise<Answer<"code/imports">> {
    const tree = await this.#tree(where);
    const path = inside(tree, file);
    return { data: await (await this.#open(tree)).ask("importEdges", { path }) };
  }

  async importers({ file, ...where }: Of<"code/importers">): Promise<Answer<"code/importers">> {
    const tree = await this.#tree(where);
    const path = inside(tree, file);
    return { data: await (await this.#open(tree)).ask("importerEdges", { path }) };
  }

  async affectedTests(
    threadId: ThreadId,
    paths: readonly string[],
  ): Promise<QueryResult<"affectedTests">> {
    return await (await this.#open(await this.#tree({ threadId }))).ask("affectedTests", { paths });
  }

  async why({ from, to, ...where }: Of<"code/why">): Promise<Answer<"code/why">> {
    const tree = await this.#tree(where);
    const ends = { from: inside(tree, from), to: inside(tree, to) };
    return { data: await (await this.#open(tree)).ask("chain", ends) };
  }

  /** Lets go of whoever waits for a model. */
  [Symbol.dispose](): void {
    this.#stopping.abort();
  }

  async #tree({ projectId, path, threadId }: Where): Promise<Tree> {
    const { store, projects, checkouts } = this.#options;
    if (threadId !== undefined) {
      const thread = rows.thread(store, threadId);
      await projects.granted(thread.projectId, "ro");
      return treeOf(thread.projectId, await checkouts.of(thread));
    }
    const where = projectId === undefined ? { path: path ?? "" } : { projectId };
    const { project } = await projects.read(where);
    await projects.granted(project.id, "ro");
    return treeOf(project.id, await projects.checkout(project));
  }

  async #open(tree: Tree): Promise<OpenTree> {
    return await this.#opening(tree).opened;
  }

  /** Whoever asks meanwhile waits for the same; whoever asks later sees what has changed. */
  #opening(tree: Tree): Opening {
    const known = this.#openings.get(tree.root);
    if (known) return known;
    const progress = (done: number, total: number) => Object.assign(opening, { done, total });
    const opened = this.#options.index.open(tree, progress);
    const opening: Opening = { opened, done: 0, total: 0 };
    this.#openings.set(tree.root, opening);
    const forget = () => void this.#openings.delete(tree.root);
    opened.then(forget, forget);
    return opening;
  }

  async #facts({ checkout }: Tree, code: OpenTree): Promise<Facts> {
    const commit = (await readHead(checkout))?.commit ?? null;
    const known = await code.ask("knownFacts", { commit });
    if (known) return known;
    const { gitDir, gitCommonDir } = checkout;
    const history = await readHistory({
      git: async (args, signal) => {
        const { exitCode, stdout } = await tryGit({ gitDir, args, signal });
        return exitCode === 0 ? stdout.toString("utf8") : undefined;
      },
      shallow: existsSync(join(gitCommonDir, "shallow")),
    });
    return await code.ask("facts", { commit, history });
  }
}

function treeOf(owner: string, checkout: RepositoryPaths): Tree {
  return { owner, root: checkout.worktree, checkout };
}

/** A file as the index names it. */
function inside({ root }: Tree, file: string): string {
  const path = relative(root, resolve(root, file));
  if (path !== "" && !path.startsWith("..")) return path;
  throw new DaemonError("invalidParams", `${file} is not in ${root}; name a file of the project`);
}
