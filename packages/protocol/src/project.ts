import * as z from "zod";
import { AbsolutePath, BranchName, mutation, page, pageParams, Timestamp } from "./common.ts";
import { globally, method, perProject, unordered } from "./define.ts";
import { GrantId, ProjectId, ThreadId } from "./ids.ts";

export const Access = z
  .enum(["ro", "rw"])
  .describe("`ro`: nothing is written. `rw`: also branches, worktrees and landing.");
export type Access = z.infer<typeof Access>;

export const Grant = z.object({
  id: GrantId,
  projectId: ProjectId,
  threadId: ThreadId.nullable().describe("Null when the grant holds for the whole project."),
  kind: z.enum(["root", "toolchain", "host", "env"]),
  value: z
    .string()
    .max(4096)
    .describe("A path, `host:port`, or the name of an environment variable."),
  access: Access,
  createdAt: Timestamp,
  expiresAt: Timestamp.nullable(),
});
export type Grant = z.infer<typeof Grant>;

export const Trust = z.object({
  path: AbsolutePath.describe("`.heddle/config.toml` of the repository."),
  hash: z.string().describe("SHA-256 of the file as it is now."),
  trusted: z.boolean().describe("An untrusted file has no effect."),
  content: z.string(),
});
export type Trust = z.infer<typeof Trust>;

const command = z.string().min(1).max(4000);

/** How a project is worked on: given by the user, or by a settings file that the user trusted. */
export const ProjectSettings = z.object({
  target: BranchName.optional().describe("The branch that threads land on."),
  checks: z.array(command).optional().describe("Commands that a landing must pass, in order."),
  setup: command.nullable().optional().describe("Runs once in each new worktree."),
  review: z
    .enum(["never", "beforeLanding"])
    .optional()
    .describe(
      "`beforeLanding`: what lands is reviewed first; findings of priority 0 and 1 stop it.",
    ),
  lend: z.array(z.string()).optional().describe("Ignored folders that worktrees borrow."),
  copy: z.array(z.string()).optional().describe("Small ignored files that worktrees copy."),
});
export type ProjectSettings = z.infer<typeof ProjectSettings>;

export const Project = z.object({
  id: ProjectId,
  name: z.string(),
  path: AbsolutePath,
  access: Access.nullable().describe("Null until the user grants it; nothing is read before."),
  defaultTarget: z.string().describe("The branch that threads land on unless settings name one."),
  settings: ProjectSettings.describe("What the user set, over a trusted settings file."),
  createdAt: Timestamp,
});
export type Project = z.infer<typeof Project>;

const grantable = Grant.pick({ kind: true, value: true });

export const projectMethods = {
  "project/add": method({
    summary: "Add a git repository. Nothing in it is read by an agent before access is granted.",
    params: z.object({
      path: AbsolutePath,
      name: z.string().min(1).max(100).optional(),
      access: Access.optional(),
      settings: ProjectSettings.default({}),
      ...mutation,
    }),
    result: Project,
    mutates: true,
    scope: globally,
  }),
  "project/list": method({
    summary: "List projects, oldest first.",
    params: z.object(pageParams),
    result: page(Project),
    mutates: false,
    scope: unordered,
  }),
  "project/read": method({
    summary: "Read one project, by id or by a path inside it, with grants and settings file.",
    params: z.union([z.object({ projectId: ProjectId }), z.object({ path: AbsolutePath })]),
    result: z.object({ project: Project, grants: z.array(Grant), settingsFile: Trust.nullable() }),
    mutates: false,
    scope: unordered,
  }),
  "project/remove": method({
    summary:
      "Forget a project. Its threads are archived first, keeping unlanded work; none may be running.",
    params: z.object({ projectId: ProjectId, ...mutation }),
    result: z.object({
      archived: z.array(ThreadId),
      automations: z.int().describe("Removed with it, with their runs and findings."),
    }),
    mutates: true,
    scope: perProject,
  }),
  "project/relink": method({
    summary:
      "Bring a project's threads and its repository together again, after the repository was moved or worktrees were removed by hand. Files of a worktree that is gone are written again from its branch; set-up is not repeated. No thread may be running.",
    params: z.object({
      projectId: ProjectId,
      path: AbsolutePath.optional().describe("Where the repository is now, if it was moved."),
      ...mutation,
    }),
    result: z.object({
      project: Project,
      relinked: z.array(ThreadId).describe("These have a worktree again, or had it all along."),
      lost: z.array(z.object({ threadId: ThreadId, reason: z.string() })),
    }),
    mutates: true,
    scope: perProject,
  }),
  "project/grant": method({
    summary: "Grant access to the project itself, or to a path, toolchain, host or variable.",
    params: z.object({
      projectId: ProjectId,
      access: Access.default("ro"),
      resource: grantable.optional().describe("Without it, access to the project itself."),
      threadId: ThreadId.optional().describe("For one thread alone; the grant ends with it."),
      expiresAt: Timestamp.optional().describe("When the grant ends by itself."),
      ...mutation,
    }),
    result: z.object({ project: Project, grants: z.array(Grant) }),
    mutates: true,
    scope: perProject,
  }),
  "project/revoke": method({
    summary:
      "Take a grant back. Connections to its host are cut at once; the rest ends with the turns that use it.",
    params: z.object({ grantId: GrantId, ...mutation }),
    result: z.object({ project: Project, grants: z.array(Grant) }),
    mutates: true,
    scope: globally,
  }),
  "project/trust": method({
    summary: "Trust the project's settings file, for exactly the content with this hash.",
    params: z.object({ projectId: ProjectId, hash: z.string(), ...mutation }),
    result: Project,
    mutates: true,
    scope: perProject,
  }),
};
