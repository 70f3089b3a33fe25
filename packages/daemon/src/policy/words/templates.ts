/** A form of sentence that a policy can have, with one such sentence. */
export interface Template {
  readonly form: string;
  readonly example: string;
}

const forms: readonly (readonly [form: string, example: string])[] = [
  ["Ask before changing more than N lines", "Ask before changing more than 50 lines"],
  ["Ask before making changes over N lines", "Ask before making changes over 50 lines"],
  ["Ask before changing more than N files", "Ask before changing more than 10 files"],
  ["Ask before deleting more than N files", "Ask before deleting more than 3 files"],
  [
    "Ask before deleting more than N lines of PATHS",
    "Ask before deleting more than 20 lines of src/",
  ],
  [
    "Ask before changing more than N lines in one file",
    "Ask before changing more than 30 lines in one file",
  ],
  [
    "Ask before changing more than N lines in one change",
    "Ask before changing more than 50 lines in one change",
  ],
  ["Ask when more than N lines are changed", "Ask when more than 50 lines are changed"],
  ["Ask before changing PATHS", "Ask before changing migrations/ or '*.sql'"],
  ["Ask before adding files", "Ask before adding files"],
  ["Ask before deleting files", "Ask before deleting files"],
  ["Never change PATHS", "Never change package-lock.json"],
  ["Never change files outside PATHS", "Never change files outside src/ or test/"],
  ["Only change PATHS", "Only change docs/ or '*.md'"],
  ["Allow changing PATHS", "Allow changing docs/"],
  ["Ask before changing files, except PATHS", "Ask before changing files, except '*.md'"],
  ["Ask before running commands", "Ask before running commands"],
  ["Ask before running 'COMMAND'", "Ask before running 'git push' or 'rm -rf'"],
  ["Never run 'COMMAND'", "Never run 'git push --force'"],
  ["Allow running 'COMMAND'", "Allow running 'npm test'"],
  ["Allow running exactly 'COMMAND'", "Allow running exactly 'rm -rf build'"],
  ["Only run 'COMMAND'", "Only run 'npm test' or 'npm run lint'"],
  [
    "Ask before running commands, except 'COMMAND'",
    "Ask before running commands, except 'npm test'",
  ],
  ["Allow running tests", "Allow running tests"],
  ["Run tests without asking", "Run tests without asking"],
  ["Ask before installing packages", "Ask before installing packages"],
  ["Never run git commands", "Never run git commands"],
  ["Never push", "Never push"],
  ["Ask before using the network", "Ask before using the network"],
  ["Never connect to HOSTS", "Never connect to example.org or '*.example.com'"],
  ["Only connect to HOSTS", "Only connect to registry.npmjs.org"],
  ["Ask before using MCP tools", "Ask before using MCP tools"],
  ["Never use MCP tools of SERVERS", "Never use MCP tools of 'github' or 'files/write_file'"],
  ["Allow using MCP tools of SERVERS", "Allow using MCP tools of 'github/search_issues'"],
  ["Never touch files outside the worktree", "Never touch files outside the worktree"],
  ["Ask before spending more than $N", "Ask before spending more than $2"],
  ["Never spend more than $N in one turn", "Never spend more than $5 in one turn"],
  ["Never spend more than $N in one day", "Never spend more than $20 in one day"],
  ["Ask before doing anything", "Ask before doing anything"],
  [
    "Ask before doing anything, except running tests",
    "Ask before doing anything, except running tests",
  ],
  ["Between TIME and TIME, never …", "Between 22:00 and 07:00, never run commands"],
  ["On DAYS, ask before …", "On Saturday and Sunday, ask before changing files"],
  ["While unattended, never …", "While unattended, never install packages"],
];

/** Every form, in the order in which they are documented. */
export const templates: readonly Template[] = forms.map(([form, example]) => ({ form, example }));

const shown = 3;

/** The forms that share most words with a sentence. */
export function nearestTemplates(sentence: string): Template[] {
  const said = wordsIn(sentence);
  const scored = templates.map((template) => ({ template, score: likeness(said, template) }));
  return scored
    .sort((a, b) => b.score - a.score)
    .slice(0, shown)
    .map(({ template }) => template);
}

function likeness(said: ReadonlySet<string>, { form, example }: Template): number {
  const words = wordsIn(`${form} ${example}`);
  const shared = [...said].filter((word) => words.has(word)).length;
  return shared / Math.sqrt(words.size);
}

const synonyms: Readonly<Record<string, string>> = {
  remov: "delet",
  creat: "add",
  edit: "chang",
  modify: "chang",
  execut: "run",
  larg: "over",
  big: "over",
  many: "more",
};

/** Words without their endings, so that "delete" is found in "deleting"; "remove" means the same. */
function wordsIn(text: string): Set<string> {
  const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
  const stems = words.map((word) => word.replace(/(?:ing|es|e|s|ed)$/, "")).filter(Boolean);
  return new Set(stems.map((stem) => synonyms[stem] ?? stem));
}
