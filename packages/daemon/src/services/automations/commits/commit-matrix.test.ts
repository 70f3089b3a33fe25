import { join } from "node:path";
import type { Automation, Project, Run, Trigger } from "@heddle/protocol";
import { afterEach, expect, test } from "vitest";
import { type Fixture, makeRepository } from "../../../os/repository-fixture.test.support.ts";
import type { Projects } from "../../projects.ts";
import { hourMs, projectId, World } from "../world.test.support.ts";
import { CommitTriggers } from "./commit-triggers.ts";

type CommitTrigger = Extract<Trigger, { type: "commit" }>;

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each[Symbol.asyncDispose]();
});

/** A repository, an automation for its commits, and what runs of it ended well so far. */
class Place implements AsyncDisposable {
  readonly repository: Fixture;
  readonly world = new World("2026-03-02T08:00:00Z");
  readonly automation: Automation;
  readonly triggers: CommitTriggers;

  private constructor(repository: Fixture, trigger: Partial<CommitTrigger>) {
    this.repository = repository;
    const { store, journal, scheduler } = this.world;
    const usual: CommitTrigger = { type: "commit", branches: ["*"], paths: [], debounceMs: 0 };
    this.automation = this.world.add({ ...usual, ...trigger });
    const projects = {
      granted: async () => ({ id: projectId }) as Project,
      checkout: async () => repository.checkout,
    } as unknown as Projects;
    const clock = () => this.world.now;
    const logError = (message: string, details: object) => {
      throw new Error(message, { cause: details });
    };
    this.triggers = new CommitTriggers({ store, journal, clock, projects, scheduler, logError });
  }

  static async open(trigger: Partial<CommitTrigger> = {}): Promise<Place> {
    const place = new Place(await makeRepository(), trigger);
    open.push(place);
    place.triggers.start();
    await place.triggers.look(projectId);
    return place;
  }

  /** The runs that some work led to, once the watcher itself has noticed the last tip. */
  async after(work: () => void): Promise<string[]> {
    const before = new Set(this.world.runs(this.automation).map(({ id }) => id));
    work();
    await expect.poll(() => this.#settled(), { timeout: 10_000 }).toBe(true);
    return this.world
      .runs(this.automation)
      .filter(({ id }) => !before.has(id))
      .map(({ commit }) => `${commit?.branch} ${commit?.change}`);
  }

  /** Ends what runs; then whether every branch was dealt with as it is. */
  #settled(): boolean {
    for (const run of this.world.store.runs.open()) this.world.end(run);
    const known = this.world.store.branchTips.of(this.automation.id);
    const tips = this.repository.git(
      "for-each-ref",
      "--format=%(refname:short) %(objectname)",
      "refs/heads",
    );
    const own = tips.split("\n").filter((line) => !line.startsWith("heddle/"));
    return (
      known.size === own.length &&
      own.every((line) => {
        const [branch = "", commit] = line.split(" ");
        return known.get(branch) === commit;
      })
    );
  }

  last(): Run | undefined {
    return this.world.runs(this.automation).at(-1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.triggers[Symbol.asyncDispose]();
    this.repository[Symbol.dispose]();
  }
}

test("commits, merges, resets, rebases and branches are told apart", async () => {
  const { repository: it, ...place } = await Place.open().then((made) =>
    Object.assign(made, { after: made.after.bind(made) }),
  );
  const { after } = place;
  expect(await after(() => it.commit("two", { "b.txt": "b\n" }))).toEqual(["main forward by 1"]);
  expect(await after(() => it.git("commit", "-q", "--amend", "-m", "two, amended"))).toEqual([]);
  expect(
    await after(() => {
      it.write({ "b.txt": "bb\n" });
      it.git("commit", "-q", "-a", "--amend", "--no-edit");
    }),
  ).toEqual(["main rewritten"]);
  expect(await after(() => it.git("switch", "-q", "-c", "feature/deep/one"))).toEqual([]);
  expect(await after(() => it.commit("three", { "c.txt": "c\n" }))).toEqual([
    "feature/deep/one forward by 1",
  ]);
  it.git("switch", "-q", "main");
  expect(await after(() => it.commit("four", { "d.txt": "d\n" }))).toEqual(["main forward by 1"]);
  expect(
    await after(() => it.git("merge", "-q", "--no-ff", "-m", "merge", "feature/deep/one")),
  ).toEqual(["main forward by 2"]);
  expect(await after(() => it.git("reset", "-q", "--hard", "HEAD~1"))).toEqual([]);
  expect(
    await after(() => {
      it.git("switch", "-q", "feature/deep/one");
      it.git("rebase", "-q", "main");
    }),
  ).toEqual([]);
  expect(await after(() => it.git("update-ref", "refs/heads/side", "main"))).toEqual([]);
  expect(
    await after(() => {
      it.git("switch", "-q", "main");
      it.git("branch", "-q", "-D", "side");
    }),
  ).toEqual([]);
});

test("packed refs, gc and stashes are no commits; what comes after them is", async () => {
  const place = await Place.open();
  const { repository: it } = place;
  expect(await place.after(() => it.git("pack-refs", "--all"))).toEqual([]);
  expect(await place.after(() => it.commit("two", { "b.txt": "b\n" }))).toEqual([
    "main forward by 1",
  ]);
  expect(await place.after(() => it.git("gc", "-q", "--prune=now"))).toEqual([]);
  expect(
    await place.after(() => {
      it.write({ "a.txt": "changed\n" });
      it.git("stash");
      it.git("stash", "pop");
    }),
  ).toEqual([]);
  expect(await place.after(() => it.commit("three"))).toEqual(["main forward by 1"]);
});

test("a linked worktree, a fetch into a branch and a cherry-pick are seen", async () => {
  const place = await Place.open();
  const { repository: it } = place;
  const linked = join(it.folder, "linked");
  await place.after(() => it.git("worktree", "add", "-q", "-b", "beside", linked));
  expect(
    await place.after(() => {
      it.write({ "w.txt": "w\n" }, linked);
      it.gitIn(linked, "add", "-A");
      it.gitIn(linked, "commit", "-q", "-m", "from beside");
    }),
  ).toEqual(["beside forward by 1"]);
  expect(await place.after(() => it.commit("on main", { "m.txt": "m\n" }))).toEqual([
    "main forward by 1",
  ]);
  expect(await place.after(() => it.git("cherry-pick", "beside"))).toEqual(["main forward by 1"]);
  const clone = join(it.folder, "clone");
  it.gitIn(it.folder, "clone", "-q", it.path, clone);
  it.gitIn(
    clone,
    "-c",
    "user.name=B",
    "-c",
    "user.email=b@b",
    "commit",
    "-q",
    "--allow-empty",
    "-m",
    "far",
  );
  it.write({ "f.txt": "f\n" }, clone);
  it.gitIn(clone, "add", "-A");
  it.gitIn(clone, "-c", "user.name=B", "-c", "user.email=b@b", "commit", "-q", "-m", "farther");
  expect(await place.after(() => it.git("fetch", "-q", clone, "main:fetched"))).toEqual([
    "fetched new",
  ]);
});

test("a rebase that has stopped is waited for", async () => {
  const place = await Place.open();
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
  const place = await Place.open();
  const { repository: it } = place;
  const many = "!for i in $(seq 50); do echo $i > a.txt; git commit -qam $i; done";
  const runs = await place.after(() => it.git("-c", `alias.many=${many}`, "many"));
  expect(runs.length).toBeGreaterThanOrEqual(1);
  expect(place.last()?.commit?.commit).toBe(it.git("rev-parse", "main"));
});

test("only the branches and paths that are named count", async () => {
  const place = await Place.open({ branches: ["main"], paths: ["src/**"] });
  const { repository: it } = place;
  expect(await place.after(() => it.commit("docs", { "docs/a.md": "a\n" }))).toEqual([]);
  expect(await place.after(() => it.commit("code", { "src/a.js": "1\n" }))).toEqual([
    "main forward by 1",
  ]);
});

test("a branch has to be quiet for as long as the automation says", async () => {
  const place = await Place.open({ debounceMs: hourMs });
  place.repository.commit("two", { "b.txt": "b\n" });
  await place.triggers.look(projectId);
  expect(place.world.runs(place.automation)).toEqual([]);
  place.world.now += hourMs;
  await place.triggers.look(projectId);
  expect(place.last()?.commit).toMatchObject({ branch: "main", change: "forward by 1" });
});

test("the branches of threads start nothing", async () => {
  const place = await Place.open();
  const { repository: it } = place;
  it.git("switch", "-q", "-c", "heddle/work");
  it.commit("by an agent", { "x.txt": "x\n" });
  await place.triggers.look(projectId);
  expect(place.world.runs(place.automation)).toEqual([]);
});
