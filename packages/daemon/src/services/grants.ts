import { existsSync, realpathSync } from "node:fs";
import { isIP } from "node:net";
import {
  DaemonError,
  formatHost,
  Grant,
  GrantId,
  type Methods,
  newId,
  type ParamsOf,
  type ProjectId,
  parseHost,
  type ThreadId,
} from "@heddle/protocol";
import type { Clock } from "../os/clock.ts";
import { judgeAddress } from "../sandbox/egress/addresses.ts";
import { refuseVariable } from "../sandbox/refuse-variable.ts";
import { refuseGrant } from "../sandbox/sandbox.ts";
import type { Store } from "../store/store.ts";
import type { Transaction } from "./journal.ts";
import { rows } from "./rows.ts";

/** Where no port is named, that of https is meant. */
const httpsPort = 443;

export interface GrantsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly places: Protected;
  readonly env: NodeJS.ProcessEnv;
  /** Variables that hold the keys of providers. */
  readonly keyVariables: readonly string[];
  /** Hosts that may have addresses of the user's own networks. */
  readonly allowPrivate: ReadonlySet<string>;
}

/** Places that are never granted, because of what they hold. */
export interface Protected {
  readonly home: string;
  readonly stateDir: string;
  /** The daemon's configuration, key files and socket. */
  readonly secrets: readonly string[];
}

/** Whose grants are meant: a thread's, with those of its project, or those of a project alone. */
export interface GrantHolder {
  readonly id: ThreadId | null;
  readonly projectId: ProjectId;
}

type GrantRequest = ParamsOf<Methods, "project/grant">;
type Resource = Pick<Grant, "kind" | "value">;

/** What the user allows the commands of a project, or of one thread, until it ends or is taken back. */
export class Grants {
  readonly #options: GrantsOptions;

  constructor(options: GrantsOptions) {
    this.#options = options;
  }

  /** Those that have not expired, the project's own and its threads'. */
  of(projectId: ProjectId): Grant[] {
    const now = this.#options.clock();
    return this.#rows({ project_id: projectId }).filter(
      ({ expiresAt }) => expiresAt === null || expiresAt > now,
    );
  }

  /** What holds for one thread. */
  ofThread({ id, projectId }: GrantHolder): Grant[] {
    return this.of(projectId).filter(({ threadId }) => threadId === null || threadId === id);
  }

  /** Directories that a thread's commands may read. One that was replaced since is refused. */
  paths(holder: GrantHolder): string[] {
    const granted = this.ofThread(holder).filter(({ kind }) => isPath(kind));
    for (const { value } of granted) this.#assertUnchanged(value);
    return granted.map(({ value }) => value);
  }

  /** Variables of the daemon's environment that a thread's commands see. */
  variables(holder: GrantHolder): Record<string, string> {
    const granted = this.ofThread(holder).filter(({ kind }) => kind === "env");
    const pairs = granted.flatMap(({ value: name }) => {
      const value = this.#options.env[name];
      return value === undefined || this.#refusedVariable(name) ? [] : [[name, value]];
    });
    return Object.fromEntries(pairs);
  }

  /** Hosts that a thread's commands may reach, as `formatHost` writes them. */
  hosts(holder: GrantHolder): string[] {
    const granted = this.ofThread(holder).filter(({ kind }) => kind === "host");
    return [...new Set(granted.map(({ value }) => value))];
  }

  /** Grants a resource. The same one again is the same grant, with its new end. */
  add(tx: Transaction, resource: Resource, request: Omit<GrantRequest, "resource">): Grant {
    const { projectId, access = "ro", threadId = null, expiresAt = null } = request;
    const project = rows.project(this.#options.store, projectId);
    if (threadId !== null) this.#assertLive(project.id, threadId);
    if (expiresAt !== null && expiresAt <= tx.now) {
      throw new DaemonError("invalidParams", "a grant that has ended already allows nothing");
    }
    const { kind, value } = this.#checked(resource);
    if (isPath(kind) && access === "rw") {
      const message = `${value} can only be granted for reading; leave out --rw`;
      throw new DaemonError("invalidParams", message, { path: value });
    }
    const same = this.#rows({ project_id: projectId }).find(
      (known) => known.kind === kind && known.value === value && known.threadId === threadId,
    );
    const id = same?.id ?? newId(GrantId);
    const ends = { createdAt: same?.createdAt ?? tx.now, expiresAt };
    const grant = Grant.parse({ id, projectId, threadId, kind, value, access, ...ends });
    tx.announce({ type: "grantChanged", grant });
    return grant;
  }

  revoke(tx: Transaction, grantId: string): Grant {
    const grant = this.#options.store.grants.find(grantId);
    if (grant === undefined) {
      const message = `no grant ${grantId}; \`heddle project grants\` lists them`;
      throw new DaemonError("notFound", message, { grantId });
    }
    remove(tx, grant);
    return grant;
  }

  /** The thread has been archived. */
  endWithThread(tx: Transaction, threadId: ThreadId): void {
    for (const grant of this.#rows({ thread_id: threadId })) remove(tx, grant);
  }

  /** The project is forgotten. */
  endWithProject(tx: Transaction, projectId: ProjectId): void {
    for (const grant of this.#rows({ project_id: projectId })) remove(tx, grant);
  }

  expire(tx: Transaction): void {
    for (const grant of this.#rows({})) {
      if (grant.expiresAt !== null && grant.expiresAt <= tx.now) remove(tx, grant);
    }
  }

  /** When the next grant expires, if any does. */
  nextExpiry(): number | undefined {
    const ends = this.#rows({}).flatMap(({ expiresAt }) => expiresAt ?? []);
    return ends.length === 0 ? undefined : Math.min(...ends);
  }

  #rows(where: { project_id?: ProjectId; thread_id?: ThreadId }): Grant[] {
    return this.#options.store.grants.where(where);
  }

  #assertLive(projectId: ProjectId, threadId: string): void {
    const thread = rows.thread(this.#options.store, threadId);
    if (thread.projectId !== projectId) {
      throw new DaemonError("invalidParams", `${threadId} is a thread of another project`);
    }
    if (thread.status === "archived") {
      throw new DaemonError("threadArchived", `${threadId} is archived`, { threadId });
    }
  }

  #checked({ kind, value }: Resource): Resource {
    if (kind === "env") return { kind, value: this.#variable(value) };
    if (kind === "host") return { kind, value: this.#host(value) };
    return { kind, value: this.path(value) };
  }

  /** The real path, if it may be granted. */
  path(value: string): string {
    const path = real(value);
    const reason = refuseGrant(path, this.#options.places);
    if (reason === undefined) return path;
    throw new DaemonError("notGranted", `${path} cannot be granted: ${reason}`, { path });
  }

  /** One that is missing is refused by the box, which needs it. */
  #assertUnchanged(granted: string): void {
    const path = existsSync(granted) ? this.path(granted) : granted;
    if (path === granted) return;
    const message = `${granted} leads to ${path} now, which was not granted: take back its grant with \`heddle project revoke\`, or restore it`;
    throw new DaemonError("notGranted", message, { path: granted });
  }

  #variable(name: string): string {
    const reason = this.#refusedVariable(name);
    if (reason === undefined) return name;
    throw new DaemonError("notGranted", `${name} cannot be granted: ${reason}`, { name });
  }

  #refusedVariable(name: string): string | undefined {
    const { keyVariables, env } = this.#options;
    const value = env[name];
    const isKey = keyVariables.some((key) => name === key || (value && value === env[key]));
    return isKey ? "it holds the key of a model provider" : refuseVariable(name);
  }

  #host(text: string): string {
    const host = parseHost(text, httpsPort);
    if (host === undefined) {
      const message = `${text} is no host: expected host:port, such as registry.npmjs.org:443`;
      throw new DaemonError("invalidParams", message, { host: text });
    }
    const value = formatHost(host);
    const local = this.#options.allowPrivate.has(value);
    const reason = isIP(host.name) !== 0 ? judgeAddress(host.name, { local }) : undefined;
    if (reason === undefined) return value;
    const message = `${value} cannot be granted: it ${reason}; if it is meant, list "${value}" under [network] allow_private in config.toml`;
    throw new DaemonError("notGranted", message, { host: value });
  }
}

function remove(tx: Transaction, { id, projectId }: Grant): void {
  tx.announce({ type: "grantRemoved", projectId, grantId: id });
}

function isPath(kind: Grant["kind"]): boolean {
  return kind === "root" || kind === "toolchain";
}

function real(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (cause) {
    throw new DaemonError("notFound", `there is no ${path}`, { path }, { cause });
  }
}
