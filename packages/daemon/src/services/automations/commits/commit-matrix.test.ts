import { afterEach, expect, test } from "vitest";
import { daemonActor } from "../../journal.ts";
import type { Commit } from "../../mutations.ts";
import { hourMs, projectId } from "../world.test.support.ts";
import { Place } from "./commit-place.test.support.ts";
import { noticeOperations } from "./git-operations.test.support.ts";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each[Symbol.asyncDispose]();
});

async function openPlace(trigger: Parameters<typeof Place.open>[0] = {}): Promise<Place> {
  const place = await Place.open(trigger);
  open.push(place);
  return place;
}

test("whatever is done with git, each new tree has a run and nothing else has one", async () => {
  const noticed = await noticeOperations();
  expect(noticed.map(({ name, runs }) => [name, ...runs])).toEqual(
    noticed.map(({ name, wanted }) => [name, ...wanted]),
  );
});

test("a rebase that has stopped is waited for", async () => {
  const place = await openPlace();
  const { repository: it, world } = place;
  await place.after(() => it.commit("theirs", { "a.txt": "theirs\n" }));
  await place.after(() => it.git("switch", "-q", "-c", "mine", "HEAD~1"));
  await place.after(() => it.commit("mine", { "a.txt": "mine\n" }));
  const mine = it.git("rev-parse", "mine");
  expect(() => it.git("rebase", "main")).toThrow();
  // Whoever moves the branch meanwhile is not listened to yet.
  it.git("update-ref", "refs/heads/mine", "main~1");
  await place.triggers.look(projectId);
  expect(world.store.runs.open()).toEqual([]);
  it.git("update-ref", "refs/heads/mine", mine);
  expect(
    await place.after(() => {
      it.write({ "a.txt": "both\n" });
      it.git("add", "-A");
      it.git("-c", "core.editor=true", "rebase", "--continue");
    }),
  ).toEqual(["mine rewritten"]);
});

test("of many quick commits the last one has its run", async () => {
  const place = await openPlace();
  const { repository: it } = place;
  const many = "!for i in $(seq 50); do echo $i > a.txt; git commit -qam $i; done";
  const runs = await place.after(() => it.git("-c", `alias.many=${many}`, "many"));
  expect(runs.length).toBeGreaterThanOrEqual(1);
  expect(place.last()?.commit?.commit).toBe(it.git("rev-parse", "main"));
});

test("a commit counts from the moment on in which its automation's adding is answered", async () => {
  const { automations, repository, triggers, world } = await openPlace();
  const trigger = { type: "commit", debounceMs: 0 } as const;
  const work = { type: "recipe", recipe: "tests" } as const;
  const commit: Commit = (change) => world.journal.write(daemonActor, change);
  const added = await automations.add({ projectId, trigger, work }, commit);
  repository.commit("two", { "b.txt": "b\n" });
  await triggers.look(projectId);
  expect(world.runs(added).map((run) => run.commit?.change)).toEqual(["forward by 1"]);
});

test("only the branches and paths that are named count", async () => {
  const place = await openPlace({ branches: ["main"], paths: ["src/**"] });
  const { repository: it } = place;
  expect(await place.after(() => it.commit("docs", { "docs/a.md": "a\n" }))).toEqual([]);
  expect(await place.after(() => it.commit("code", { "src/a.js": "1\n" }))).toEqual([
    "main forward by 1",
  ]);
});

test("a branch has to be quiet for as long as the automation says", async () => {
  const place = await openPlace({ debounceMs: hourMs });
  place.repository.commit("two", { "b.txt": "b\n" });
  await place.triggers.look(projectId);
  expect(place.world.runs(place.automation)).toEqual([]);
  place.world.now += hourMs;
  await place.triggers.look(projectId);
  expect(place.last()?.commit).toMatchObject({ branch: "main", change: "forward by 1" });
});

test("the branches of threads start nothing", async () => {
  const place = await openPlace();
  const { repository: it } = place;
  it.git("switch", "-q", "-c", "heddle/work");
  it.commit("by an agent", { "x.txt": "x\n" });
  await place.triggers.look(projectId);
  expect(place.world.runs(place.automation)).toEqual([]);
});
