import type { Node } from "web-tree-sitter";
import { parserOf } from "../insight/spans.ts";
import { unknownOf } from "./programs.ts";
import { type Word, wordOf } from "./shell-words.ts";
import { foundCommands, shellText, unwrapped } from "./wrappers.ts";

/** One command of a command line, or of what it runs in turn. */
export interface ShellCommand {
  readonly words: readonly Word[];
  /** Where it writes to, or reads from, by redirection. */
  readonly redirects: readonly Word[];
  /** Why it may do more than its words say. */
  readonly unknown?: string;
}

const deepest = 8;
const longest = 100_000;

/** Every command that a command line runs, as far as it can be read; what cannot be is one, too. */
export async function commandsIn(line: string, depth = 0): Promise<ShellCommand[]> {
  if (depth > deepest || line.length > longest) return [unreadable("it is too long to be read")];
  const parser = await parserOf("bash");
  const tree = parser.parse(joined(line));
  if (tree === null) return [unreadable("it cannot be parsed")];
  try {
    const simple: Simple[] = [];
    collect(tree.rootNode, simple);
    const found = tree.rootNode.hasError ? [unreadable("it cannot be parsed")] : [];
    for (const one of simple) found.push(...(await expanded(one, depth)));
    return found;
  } finally {
    tree.delete();
  }
}

/** A backslash at the end of a line continues it, unless it is itself escaped. */
function joined(line: string): string {
  return line.replace(/(\\\\)|\\\n/g, (_, escaped: string | undefined) => escaped ?? "");
}

function unreadable(unknown: string): ShellCommand {
  return { words: [], redirects: [], unknown };
}

interface Simple {
  readonly words: Word[];
  readonly redirects: Word[];
  readonly assigns: string[];
}

/** Every simple command below a node, those in substitutions and functions too. */
function collect(node: Node, found: Simple[]): void {
  if (node.type === "command") found.push(simpleOf(node));
  if (node.type === "redirected_statement")
    found.push({ ...nothing(), redirects: redirectsOf(node) });
  const isDeclared = node.type === "variable_assignment" && node.parent?.type !== "command";
  if (isDeclared) found.push({ ...nothing(), assigns: [node.text] });
  if (node.type === "function_definition") {
    found.push({ ...nothing(), assigns: [`function ${node.namedChild(0)?.text ?? ""}`] });
  }
  for (const child of node.children) if (child) collect(child, found);
}

const nothing = (): Simple => ({ words: [], redirects: [], assigns: [] });

function redirectsOf(node: Node): Word[] {
  return node.children
    .filter((child) => child?.type === "file_redirect")
    .map((redirect) => {
      const to = redirect?.childForFieldName("destination");
      return to ? wordOf(to) : null;
    });
}

function simpleOf(node: Node): Simple {
  const simple = nothing();
  for (const child of node.children) {
    if (child === null || child.type === "comment") continue;
    if (child.type === "variable_assignment") simple.assigns.push(child.text);
    else if (!child.type.endsWith("_redirect")) simple.words.push(wordOf(child));
  }
  simple.redirects.push(...redirectsOf(node));
  return simple;
}

/** Variables that change nothing but what a program prints, or that only the line itself reads. */
const harmless =
  /^(?:CI|NODE_ENV|DEBUG|LANG|LC_\w+|TZ|NO_COLOR|FORCE_COLOR|TERM|COLUMNS|LINES|PORT|(?!npm_)[a-z_][a-z0-9_]*)(?:\[|\+?=)/;

function assignment(text: string): ShellCommand[] {
  if (text.startsWith("function ")) {
    return [unreadable(`it defines ${text}, which can stand for any command`)];
  }
  if (harmless.test(text)) return [];
  return [
    unreadable(`it sets ${/^\w+/.exec(text)?.[0] ?? "a variable"}, which can change what runs`),
  ];
}

/** A simple command, with the commands that it runs in turn. */
async function expanded(simple: Simple, depth: number): Promise<ShellCommand[]> {
  const { words, redirects, assigns } = simple;
  const before = assigns.flatMap(assignment);
  if (words.length === 0) {
    return redirects.length > 0 ? [...before, { words, redirects }] : before;
  }
  const text = shellText(words);
  if (text !== undefined) {
    if (text === null) {
      return [
        ...before,
        { words, redirects, unknown: "what the shell is given to run is not known" },
      ];
    }
    return [...before, { words, redirects }, ...(await commandsIn(text, depth + 1))];
  }
  const inner = [...foundCommands(words), ...innerOf(words)];
  if (inner.length === 0) return [...before, { words, redirects, ...unknown(words) }];
  const found: ShellCommand[] = [...before, { words, redirects }];
  for (const one of inner) {
    const wrapped = { words: [...one], redirects: [], assigns: [] };
    found.push(
      ...(depth < deepest ? await expanded(wrapped, depth + 1) : [unreadable("too deep")]),
    );
  }
  return [...found, ...(unwrapped(words)?.assigns ?? []).flatMap(assignment)];
}

function innerOf(words: readonly Word[]): (readonly Word[])[] {
  const wrapped = unwrapped(words);
  return wrapped === undefined ? [] : [wrapped.words];
}

function unknown(words: readonly Word[]): Pick<ShellCommand, "unknown"> {
  const why = unknownOf(words);
  return why === undefined ? {} : { unknown: why };
}
