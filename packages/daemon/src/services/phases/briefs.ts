import type { Plan } from "@heddle/protocol";

/** What the model is told of a turn that plans. */
export const planBrief = `This turn makes a plan. Nothing can be written in it: there is no tool that edits, and the worktree is mounted read-only for commands.
Look at the code that the task touches, its tests and its checks, until you know what has to change. Ask the user only what the code cannot tell.
End with propose_plan: a goal, steps in the order of the work, every file that may change (paths or globs), the commands that have to pass, a budget of added and deleted lines, risks, and questions that are still open. The user approves, edits or rejects it. Later work is held to its files and its budget, so name what is needed and no more.`;

/** What the model is told of a turn that may only document. */
export const documentBrief = `This turn documents. It may change docs/**, Markdown, the README, the changelog and comments; whatever else changes is taken back, by a diff of the tree. Comments that tools may obey count as code, and are told by their shape: no space after // or #, a first word such as word:, word-disable or WORD, @tags other than those for people (@param, @returns, @see; in JavaScript and PHP without types), fences in Rust's doc comments. Begin a comment with an ordinary word.
Read the code before you write of it, and say nothing that is not so. Where the thread changed code, the changelog gets an entry in the words of users, and the sections of the README that speak of it are made true again. Files that a document names have to exist.`;

/** What the model is told of a review, before the diff itself. */
export const reviewBrief = `This turn reviews a change that somebody else made. Nothing can be written in it: there is no tool that edits, and the worktree, which has the files as they are after the change, is mounted read-only.
Look for what is wrong: bugs, lost cases, broken promises of the code around, missing tests, unsafe input. Do not praise, and do not restate the change. Verify what you suspect by reading the code, or by a command.
End with report_findings. Each finding names lines that the change added or touched, as the new files number them; what lies outside of the change is dropped. priority: 0 must not land, 1 mend it now, 2 mend it some time, 3 a matter of taste. An empty list is a good answer where nothing is wrong.`;

/** What the model is told of work that has an approved plan. */
export function implementBrief({ content, hash }: Plan): string {
  const { goal, steps, files, checks, lineBudget, risks } = content;
  return [
    `This turn carries out the plan that the user approved (${hash.slice(0, 12)}).`,
    `Goal: ${goal}`,
    "Steps, to be kept current with update_plan in exactly these words:",
    ...steps.map((step, at) => `${at + 1}. ${step}`),
    `Files that may change: ${files.join(", ")}`,
    `Lines that may be added and deleted, together: ${lineBudget}`,
    ...(checks.length > 0 ? [`Checks that have to pass: ${checks.join(" ; ")}`] : []),
    ...(risks.length > 0 ? [`Risks: ${risks.join("; ")}`] : []),
    "The tree is compared with the plan after each effect. Where it leaves the plan, the user is asked once.",
  ].join("\n");
}
