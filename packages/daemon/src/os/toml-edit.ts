import { isDeepStrictEqual } from "node:util";
import { parse, type TomlTable } from "smol-toml";

/**
 * Sets one value of a table in a TOML text and leaves every other byte as it is. `value` is written
 * in TOML. Undefined where the result would not be the same file with that one value changed.
 */
export function setTomlValue(
  text: string,
  [table, key]: readonly [table: string, key: string],
  value: string,
): string | undefined {
  const changed = withLine(text, table, key, `${key} = ${value}`);
  const before = parse(text);
  const wanted = parse(`value = ${value}`).value;
  const own = before[table] ?? {};
  if (!isTable(own)) return undefined;
  const expected = { ...before, [table]: { ...own, [key]: wanted } };
  try {
    return isDeepStrictEqual(plain(parse(changed)), plain(expected)) ? changed : undefined;
  } catch {
    return undefined;
  }
}

/** In place of the key's own line, else at the top of its table, else in a table at the end. */
function withLine(text: string, table: string, key: string, line: string): string {
  const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  const header = lines.findIndex((one) => isHeader(one, table));
  if (header < 0) {
    const gap = lines.length > 0 ? [""] : [];
    return `${[...lines, ...gap, `[${table}]`, line].join("\n")}\n`;
  }
  const next = lines.findIndex((one, at) => at > header && /^\s*\[/.test(one));
  const end = next < 0 ? lines.length : next;
  const own = lines.findIndex((one, at) => at > header && at < end && isKey(one, key));
  const comment = own < 0 ? "" : commentOf(lines[own] ?? "");
  const edited =
    own < 0 ? lines.toSpliced(header + 1, 0, line) : lines.toSpliced(own, 1, `${line}${comment}`);
  return edited.join("\n") + (text.endsWith("\n") ? "\n" : "");
}

const isHeader = (line: string, table: string): boolean =>
  /^\s*\[\s*([\w-]+)\s*\]\s*(?:#.*)?$/.exec(line)?.[1] === table;

const isKey = (line: string, key: string): boolean => /^\s*([\w-]+)\s*=/.exec(line)?.[1] === key;

const oneLineValue = String.raw`"[^"]*"|'[^']*'|\{(?:[^"'#}]|"[^"]*"|'[^']*')*\}`;
const valueAndComment = new RegExp(String.raw`^\s*[\w-]+\s*=\s*(?:${oneLineValue})(\s*#.*)$`);

/** The comment behind a value, with the blanks before it. */
function commentOf(line: string): string {
  return valueAndComment.exec(line)?.[1] ?? "";
}

function isTable(value: unknown): value is TomlTable {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Without the prototypes of the parser's own tables. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
