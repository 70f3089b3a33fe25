import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import {
  type Access,
  DaemonError,
  type Methods,
  newId,
  type ParamsOf,
  Project,
  ProjectId,
  type ProjectSettings,
  type ResultOf,
} from "@heddle/protocol";
import { checkoutAt, type RepositoryPaths, resolveRepository } from "../os/git-repository.ts";
import { fitPage, type Page, type PageRequest } from "../store/document-table.ts";
import type { Store } from "../store/store.ts";
import type { Grants } from "./grants.ts";
import type { Transaction } from "./journal.ts";
import type { Commit } from "./mutations.ts";
import { parseSettings, readSettingsFile } from "./project-settings.ts";
import { rows } from "./rows.ts";

type GrantsOf = ResultOf<Methods, "project/grant">;

/** Repositories that the user added, and what the daemon may do in each. */
export class Projects {
  readonly #store: Store;
  readonly #grants: Grants;

  constructor(store: Store, grants: Grants) {
    this.#store = store;
    this.#grants = grants;
  }

  /** Adds the repository that holds a path; nothing in it is granted unless `access` says so. */
  async add(
    { path, name, access, settings }: ParamsOf<Methods, "project/add">,
    commit: Commit,
  ): Promise<Project> {
    const repository = await resolveRepository(path);
    const root = repository.worktree;
    this.#grants.path(root);
    const [known] = this.#store.projects.where({ path: root });
    if (known) {
      const message = `${root} is the project ${known.name} already; change it with \`heddle project grant\``;
      throw new DaemonError("conflict", message, { projectId: known.id });
    }
    const defaultTarget = settings?.target ?? repository.targetBranch;
    if (defaultTarget === undefined) {
      const message = `${root} is on no branch; name the one to land on with --target`;
      throw new DaemonError("invalidParams", message, { path: root });
    }
    return commit((tx) => {
      const project = Project.parse({
        id: newId(ProjectId),
        name: name ?? this.#freeName(root),
        path: root,
        access: access ?? null,
        defaultTarget,
        settings: settings ?? {},
        createdAt: tx.now,
      });
      tx.announce({ type: "projectChanged", project });
      return project;
    });
  }

  /** The repository that a project can be moved to; the same ones are refused as for a new project. */
  async destination({ id }: Project, path: string): Promise<RepositoryPaths> {
    const repository = await resolveRepository(path);
    const root = repository.worktree;
    this.#grants.path(root);
    const [other] = this.#store.projects.where({ path: root });
    if (other === undefined || other.id === id) return repository;
    const message = `${root} is the project ${other.name} already; name another place`;
    throw new DaemonError("conflict", message, { projectId: other.id });
  }

  async list(request: PageRequest): Promise<Page<Project>> {
    const { data, nextCursor } = this.#store.projects.page({}, request, "oldest");
    const inForce = await Promise.all(data.map((project) => this.#inForce(project)));
    return fitPage({ data: inForce, nextCursor });
  }

  async read(where: ParamsOf<Methods, "project/read">): Promise<ResultOf<Methods, "project/read">> {
    const project =
      "projectId" in where ? rows.project(this.#store, where.projectId) : this.#at(where.path);
    const file = await this.#settingsFile(project);
    return {
      project: await this.#inForce(project),
      grants: this.#grants.of(project.id),
      settingsFile: file ?? null,
    };
  }

  /** Forgets the project; its threads have been archived. */
  remove(tx: Transaction, projectId: ProjectId): void {
    this.#grants.endWithProject(tx, projectId);
    for (const { id } of this.#store.mcpServers.where({ project_id: projectId })) {
      tx.announce({ type: "mcpServerRemoved", serverId: id });
    }
    tx.announce({ type: "projectRemoved", projectId });
  }

  grant(tx: Transaction, request: ParamsOf<Methods, "project/grant">): GrantsOf {
    const { projectId, access = "ro", resource, threadId, expiresAt } = request;
    const project = rows.project(this.#store, projectId);
    if (resource) this.#grants.add(tx, resource, request);
    else if (threadId || expiresAt) throw accessIsWhole();
    else tx.announce({ type: "projectChanged", project: { ...project, access } });
    return this.#granted(project.id);
  }

  revoke(tx: Transaction, grantId: string): GrantsOf {
    return this.#granted(this.#grants.revoke(tx, grantId).projectId);
  }

  /** Puts the settings file into force, for this content alone. */
  async trust(projectId: ProjectId, hash: string, commit: Commit): Promise<Project> {
    const project = await this.granted(projectId, "ro");
    const file = await this.#settingsFile(project);
    if (file === undefined) {
      throw new DaemonError("notFound", `${project.path} has no .heddle/config.toml to trust`);
    }
    if (file.hash !== hash) {
      const message = `${file.path} is not what was shown; look at it again`;
      throw new DaemonError("staleConsent", message, { hash: file.hash });
    }
    parseSettings(file);
    const trusted = await this.#inForce(project, hash);
    return commit((tx) => {
      this.#store.projects.trust(projectId, hash);
      tx.announce({ type: "projectChanged", project: rows.project(this.#store, projectId) });
      return trusted;
    });
  }

  /** The project if it is granted as far as asked; otherwise `notGranted`, with the command. */
  async granted(projectId: ProjectId, access: Access): Promise<Project> {
    const project = rows.project(this.#store, projectId);
    if (project.access === "rw" || project.access === access) return this.#inForce(project);
    const needed = access === "rw" ? "to work in" : "to read";
    const message = `Heddle was not allowed ${needed} ${project.path}; allow it with \`heddle project grant --${access}\` there`;
    throw new DaemonError("notGranted", message, { projectId, access });
  }

  /** The user's own checkout; a repository around it is not taken for it. */
  checkout(project: Project): Promise<RepositoryPaths> {
    return checkoutAt(project.path);
  }

  #granted(projectId: ProjectId): GrantsOf {
    return { project: rows.project(this.#store, projectId), grants: this.#grants.of(projectId) };
  }

  async #inForce(project: Project, trustedHash?: string): Promise<Project> {
    const hash = trustedHash ?? this.#store.projects.trustedHash(project.id);
    if (hash === undefined) return project;
    // A file that is gone, or cannot be read, is one that nobody trusts.
    const file = await readSettingsFile(project.path).catch(() => undefined);
    if (file?.hash !== hash) return project;
    return { ...project, settings: { ...parseSettings(file), ...given(project.settings) } };
  }

  async #settingsFile(project: Project) {
    const file = project.access === null ? undefined : await readSettingsFile(project.path);
    const trusted = file?.hash === this.#store.projects.trustedHash(project.id);
    return file && { ...file, trusted };
  }

  /** The project whose checkout holds a path. */
  #at(path: string): Project {
    for (let folder = real(path); ; folder = dirname(folder)) {
      const [project] = this.#store.projects.where({ path: folder });
      if (project) return project;
      if (folder === dirname(folder)) break;
    }
    const message = `no project holds ${path}; add it with \`heddle project add\``;
    throw new DaemonError("notFound", message, { path });
  }

  #freeName(root: string): string {
    const base = root.slice(root.lastIndexOf("/") + 1) || "project";
    const taken = new Set(this.#store.projects.where({}).map(({ name }) => name));
    for (let count = 1; ; count += 1) {
      const name = count === 1 ? base : `${base}-${count}`;
      if (!taken.has(name)) return name;
    }
  }
}

function given(settings: ProjectSettings): ProjectSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function accessIsWhole(): DaemonError {
  const message = "access to a project holds for all of its threads, until it is changed";
  return new DaemonError("invalidParams", message);
}

function real(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (cause) {
    throw new DaemonError("notFound", `there is no ${path}`, { path }, { cause });
  }
}
