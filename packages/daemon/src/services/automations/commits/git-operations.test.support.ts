import { join } from "node:path";
import type { Fixture } from "../../../os/repository-fixture.test.support.ts";
import { Place } from "./commit-place.test.support.ts";

/** What somebody does with git, and the runs that it leads to: only trees that are new have one. */
interface Operation {
  readonly name: string;
  readonly runs: readonly string[];
  readonly prepare?: (it: Fixture) => void;
  readonly run: (it: Fixture) => void;
}

const linked = ({ folder }: Fixture) => join(folder, "linked");
const clone = ({ folder }: Fixture) => join(folder, "clone");

/** One after another in the same repository. */
const operations: readonly Operation[] = [
  {
    name: "commit",
    runs: ["main forward by 1"],
    run: (it) => it.commit("two", { "b.txt": "b\n" }),
  },
  {
    name: "amended message",
    runs: [],
    run: (it) => it.git("commit", "-q", "--amend", "-m", "two, in other words"),
  },
  {
    name: "amended content",
    runs: ["main rewritten"],
    run: (it) => {
      it.write({ "b.txt": "bb\n" });
      it.git("commit", "-q", "-a", "--amend", "--no-edit");
    },
  },
  {
    name: "new branch at a known commit",
    runs: [],
    run: (it) => it.git("switch", "-q", "-c", "feature/deep/one"),
  },
  {
    name: "commit on a branch with slashes",
    runs: ["feature/deep/one forward by 1"],
    run: (it) => it.commit("three", { "c.txt": "c\n" }),
  },
  {
    name: "merge",
    runs: ["main forward by 2"],
    prepare: (it) => {
      it.git("switch", "-q", "main");
      it.commit("four", { "d.txt": "d\n" });
    },
    run: (it) => it.git("merge", "-q", "--no-ff", "-m", "merge", "feature/deep/one"),
  },
  {
    name: "reset to a known tree",
    runs: [],
    run: (it) => it.git("reset", "-q", "--hard", "HEAD~1"),
  },
  {
    name: "rebase",
    runs: ["feature/deep/one rewritten"],
    prepare: (it) => it.commit("five", { "e.txt": "e\n" }),
    run: (it) => it.git("rebase", "-q", "main", "feature/deep/one"),
  },
  {
    name: "fast-forward to a known tree",
    runs: [],
    prepare: (it) => it.git("switch", "-q", "main"),
    run: (it) => it.git("merge", "-q", "--ff-only", "feature/deep/one"),
  },
  {
    name: "revert to a known tree",
    runs: [],
    run: (it) => it.git("revert", "--no-edit", "HEAD"),
  },
  {
    name: "ref that is written directly",
    runs: ["side new"],
    run: (it) => {
      const tree = it.git("mktree", "--missing", "-z");
      it.git("update-ref", "refs/heads/side", it.git("commit-tree", "-m", "empty", tree));
    },
  },
  {
    name: "renamed branch",
    runs: [],
    run: (it) => it.git("branch", "-q", "-m", "side", "aside"),
  },
  {
    name: "deleted branch",
    runs: [],
    run: (it) => it.git("branch", "-q", "-D", "aside"),
  },
  {
    name: "packed refs, and a commit on them",
    runs: ["main forward by 1"],
    run: (it) => {
      it.git("pack-refs", "--all");
      it.commit("six", { "f.txt": "f\n" });
    },
  },
  {
    name: "gc",
    runs: [],
    run: (it) => it.git("gc", "-q", "--prune=now"),
  },
  {
    name: "stash and pop",
    runs: [],
    run: (it) => {
      it.write({ "a.txt": "changed\n" });
      it.git("stash");
      it.git("stash", "pop");
      it.git("checkout", "-q", "a.txt");
    },
  },
  {
    name: "commit in a linked worktree",
    runs: ["beside forward by 1"],
    prepare: (it) => it.git("worktree", "add", "-q", "-b", "beside", linked(it)),
    run: (it) => {
      it.write({ "w.txt": "w\n" }, linked(it));
      it.gitIn(linked(it), "add", "-A");
      it.gitIn(linked(it), "commit", "-q", "-m", "from beside");
    },
  },
  {
    name: "cherry-pick",
    runs: ["main forward by 1"],
    prepare: (it) => it.commit("seven", { "g.txt": "g\n" }),
    run: (it) => it.git("cherry-pick", "beside"),
  },
  {
    name: "fetch into a branch",
    runs: ["fetched new"],
    prepare: (it) => {
      it.gitIn(it.folder, "clone", "-q", it.path, clone(it));
      it.write({ "h.txt": "h\n" }, clone(it));
      it.gitIn(clone(it), "add", "-A");
      const name = ["-c", "user.name=B", "-c", "user.email=b@example.org"];
      it.gitIn(clone(it), ...name, "commit", "-q", "-m", "far away");
    },
    run: (it) => it.git("fetch", "-q", clone(it), "main:fetched"),
  },
];

export interface Noticed {
  readonly name: string;
  readonly wanted: readonly string[];
  readonly runs: readonly string[];
}

/** Does every operation on real git; what came of each. */
export async function noticeOperations(): Promise<Noticed[]> {
  await using place = await Place.open();
  const noticed: Noticed[] = [];
  for (const { name, runs: wanted, prepare, run } of operations) {
    if (prepare) await place.after(() => prepare(place.repository));
    noticed.push({ name, wanted, runs: await place.after(() => run(place.repository)) });
  }
  return noticed;
}
