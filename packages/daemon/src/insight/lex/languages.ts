import type { Language } from "./types.ts";

const endings: Readonly<Record<Language, string>> = {
  typescript: "ts tsx mts cts",
  javascript: "js jsx mjs cjs vue svelte es6",
  python: "py pyi pyw",
  go: "go",
  rust: "rs",
  java: "java",
  csharp: "cs csx",
  c: "c h",
  cpp: "cc cpp cxx c++ hh hpp hxx h++ ipp inl tpp ino cu cuh",
  ruby: "rb rake gemspec ru podspec",
  php: "php phtml inc php5",
  kotlin: "kt kts",
  swift: "swift",
};

const byEnding = new Map(
  Object.entries(endings).flatMap(([language, all]) =>
    all.split(" ").map((ending) => [ending, language as Language]),
  ),
);

const byName: ReadonlyMap<string, Language> = new Map([
  ["Rakefile", "ruby"],
  ["Gemfile", "ruby"],
  ["Guardfile", "ruby"],
  ["Capfile", "ruby"],
  ["Vagrantfile", "ruby"],
  ["Podfile", "ruby"],
  ["Fastfile", "ruby"],
  ["SConstruct", "python"],
  ["SConscript", "python"],
  ["wscript", "python"],
]);

const byInterpreter: readonly (readonly [RegExp, Language])[] = [
  [/^(tsx|ts-node|deno)$/, "typescript"],
  [/^(node|nodejs|bun)$/, "javascript"],
  [/^(python|pypy)[\d.]*$/, "python"],
  [/^j?ruby[\d.]*$/, "ruby"],
  [/^php[\d.]*$/, "php"],
];

/**
 * The language of a file by its ending, or by the interpreter that its first line names. `head` is
 * the beginning of the text; it also tells C++ headers from C's, and TypeScript in Vue and Svelte.
 */
export function languageOf(path: string, head = ""): Language | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const point = name.lastIndexOf(".");
  const ending = point >= 0 ? name.slice(point + 1).toLowerCase() : "";
  const language = byName.get(name) ?? byEnding.get(ending);
  if (language === undefined) return point > 0 ? undefined : interpreted(head);
  if (ending === "h" && isCpp(head)) return "cpp";
  if (isComponent(path) && isTypeScriptBlock(head)) return "typescript";
  return language;
}

/** Whether a file is a component with markup, of which only the script blocks are code. */
export function isComponent(path: string): boolean {
  return path.endsWith(".vue") || path.endsWith(".svelte");
}

export function isTypeScriptBlock(text: string): boolean {
  return /<script\b[^>]*\blang\s*=\s*["']?(ts|tsx|typescript)\b/.test(text);
}

/** Whether a `<` may begin an element: everywhere but in TypeScript that is not TSX. */
export function mayHaveMarkup(language: Language, path: string): boolean {
  return language === "javascript" || path.endsWith(".tsx");
}

function isCpp(head: string): boolean {
  return /^\s*(class\s+\w|namespace\s+\w|template\s*<|using\s+\w|public:|private:|extern "C\+\+")/m.test(
    head,
  );
}

function interpreted(head: string): Language | undefined {
  if (!head.startsWith("#!")) return undefined;
  const line = head.slice(2, 200).split("\n", 1)[0] ?? "";
  const words = line
    .trim()
    .split(/\s+/)
    .map((word) => word.slice(word.lastIndexOf("/") + 1));
  const program =
    words[0] === "env" ? words.find((word, at) => at > 0 && !word.startsWith("-")) : words[0];
  return byInterpreter.find(([pattern]) => pattern.test(program ?? ""))?.[1];
}
