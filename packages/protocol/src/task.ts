import * as z from "zod";
import { mutation, page, pageParams, Timestamp } from "./common.ts";
import { method, perProject, unordered } from "./define.ts";
import { ProjectId, TaskId } from "./ids.ts";

export const TaskState = z
  .enum(["open", "active", "review", "unverified", "done", "dropped"])
  .describe(
    "`review`: a thread has finished work that has not landed. `unverified`: it says so, without proof. `done`: it landed.",
  );
export type TaskState = z.infer<typeof TaskState>;

export const Task = z.object({
  id: TaskId,
  projectId: ProjectId,
  title: z.string(),
  state: TaskState,
  source: z.enum(["user", "automation", "finding", "editor"]),
  dependsOn: z.array(TaskId),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type Task = z.infer<typeof Task>;

export const taskMethods = {
  "task/create": method({
    summary: "Note a piece of work; `thread/start` with its id begins it.",
    params: z.object({
      projectId: ProjectId,
      title: z.string().trim().min(1).max(500),
      dependsOn: z.array(TaskId).max(100).default([]),
      ...mutation,
    }),
    result: Task,
    mutates: true,
    scope: perProject,
  }),
  "task/list": method({
    summary: "List tasks, newest first.",
    params: z.object({
      projectId: ProjectId.optional(),
      state: TaskState.optional(),
      ...pageParams,
    }),
    result: page(Task),
    mutates: false,
    scope: unordered,
  }),
};
