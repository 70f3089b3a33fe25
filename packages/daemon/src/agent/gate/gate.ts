import type { Proof } from "@heddle/protocol";
import { note } from "../context/notes.ts";
import type { InputEntry } from "../model-types.ts";
import type { CommandSession, CommandSessions } from "../tools/sessions.ts";
import type { Changes, TurnHost } from "../turn-host.ts";
import { findFailures, noFindings } from "./checks.ts";
import { type Claim, claimProblems } from "./claims.ts";
import { conflictProblems } from "./conflicts.ts";
import { isCi, isTestOrCi } from "./test-files.ts";

/** So often work is judged before the turn ends without proof. */
const roundsAtMost = 3;
/** Checks that change files are run again on what they made of them, so often in all. */
const runsAtMost = 2;
const pathsAtMost = 50;

export interface Verdict {
  readonly type: "accepted" | "refused" | "unproven";
  readonly proof: Proof;
  /** What the model is told. */
  readonly message: string;
}

/**
 * Judges what the agent says it has done, without a model: by running the project's checks on the
 * final tree, and by what really happened in the turn.
 */
export class Gate {
  readonly #host: TurnHost;
  readonly #sessions: CommandSessions;

  constructor(host: TurnHost, sessions: CommandSessions) {
    this.#host = host;
    this.#sessions = sessions;
  }

  async judge(claims: readonly Claim[] = []): Promise<Verdict> {
    const { evidence } = this.#host;
    this.#host.setState("gate");
    await this.#host.mcp.endServers();
    const refused = evidence.proof()?.rounds ?? 0;
    const examined = await this.#examine(claims, `gate_${refused + 1}`);
    // Checks can change files, and so can what runs on beside them.
    const takenBack = await this.#host.settleChanges();
    const { changes, failedBefore, checked } = examined;
    const found = [...examined.problems, ...(takenBack === undefined ? [] : [takenBack])];
    const problems = [...new Set(found)];
    const { treeHash, files } = changes;
    const proof: Proof = {
      verdict: problems.length > 0 ? "refused" : checked,
      rounds: problems.length > 0 ? refused + 1 : refused,
      treeHash: files.length === 0 ? null : (treeHash ?? null),
      problems,
      changedTests: changedTests(changes),
      failedBefore,
    };
    if (problems.length === 0) return { type: "accepted", proof, message: acceptance(proof) };
    const last = proof.rounds >= roundsAtMost;
    return { type: last ? "unproven" : "refused", proof, message: refusal(proof, last) };
  }

  async #examine(claims: readonly Claim[], name: string) {
    const { evidence } = this.#host;
    const running = this.#sessions.running();
    const { isAlwaysChecked } = this.#host.phase;
    // Checks are effects, too, and what they change is compared with what was there before.
    if (isAlwaysChecked) await this.#host.beforeEffect();
    for (let run = 1; ; run += 1) {
      const objection = await this.#host.phase.afterEffect();
      const changes = await evidence.changes();
      const { treeHash, files } = changes;
      const changed = treeHash !== undefined && files.length > 0;
      const isDue = changed || (isAlwaysChecked && treeHash !== undefined);
      const checks = isDue ? evidence.checks() : [];
      const paths = files.map(({ path }) => path);
      const found =
        isDue && running.length === 0
          ? await findFailures(this.#host, { checks, treeHash, paths, name: `${name}_${run}` })
          : noFindings;
      const { problems: failed, failedBefore, ran } = found;
      const settled = failed.length > 0 || !ran || (await evidence.changes()).treeHash === treeHash;
      if (!settled && run < runsAtMost) continue;
      const items = evidence.items();
      const problems = [
        ...running.map(stillRunning),
        ...failed,
        ...(settled ? [] : ["the checks change files each time that they run"]),
        ...claimProblems(claims, { items, history: this.#host.history(), treeHash }),
        ...(await conflictProblems(this.#host, changes)),
        ...openSteps(items),
        ...(objection === undefined ? [] : [objection]),
        ...(await this.#host.phase.problems()),
      ];
      const passed = failedBefore.length === 0 ? "passed" : "failedBefore";
      const checked = checks.length > 0 ? passed : changed ? "unchecked" : "unchanged";
      return { changes, problems, failedBefore, checked } as const;
    }
  }
}

/** How a message that was refused goes back to the model: nobody's answer, but one to it. */
export function refusalEntry({ message }: Verdict): InputEntry {
  return note("gate", message);
}

/** Whether the result of a `finish` sent the model back to its work. */
export function wasRefused({ output }: InputEntry): boolean {
  return typeof output === "string" && output.startsWith("not accepted (");
}

/** The agent's report with what its reader has to know of the checks that it rests on. */
export function reportOf(summary: string, { changedTests, failedBefore }: Proof): string {
  const changed = `This turn changed tests or CI: ${changedTests.join(", ")}`;
  return [
    summary,
    ...failedBefore.map(failsAsBefore),
    ...(changedTests.length === 0 ? [] : [changed]),
  ].join("\n\n");
}

function acceptance({ failedBefore }: Proof): string {
  return ["ok", ...failedBefore.map(failsAsBefore)].join("\n");
}

function failsAsBefore({ command, commit }: Proof["failedBefore"][number]): string {
  return `\`${command}\` fails as before on ${commit.slice(0, 10)}`;
}

function stillRunning({ id, item }: CommandSession): string {
  return `session ${id} is still running (${item.cmd.slice(0, 200)}); wait for it, or end it with write_stdin chars "\\u0003"`;
}

/** The steps of the turn's last plan that are not completed. */
function openSteps(items: ReturnType<TurnHost["evidence"]["items"]>): string[] {
  const plan = items.findLast((item) => item.type === "plan");
  if (plan?.type !== "plan") return [];
  const open = plan.steps.filter(({ status }) => status !== "completed");
  if (open.length === 0) return [];
  const steps = open.map(({ step }) => `"${step}"`).join(", ");
  return [`the plan has open steps: ${steps}; do them, or set the plan as it is now`];
}

function changedTests({ files }: Changes): string[] {
  return files
    .filter(({ path, kind }) => (kind === "added" ? isCi(path) : isTestOrCi(path)))
    .map(({ path }) => path)
    .slice(0, pathsAtMost);
}

function refusal({ problems, rounds }: Proof, last: boolean): string {
  const list = problems.map((problem) => `- ${problem}`).join("\n");
  if (last) return `not accepted; the turn ends without proof:\n${list}`;
  return `not accepted (round ${rounds} of ${roundsAtMost}):\n${list}\nMend it and finish again, or say plainly what is not done.`;
}
