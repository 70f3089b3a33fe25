import {
  type Draft,
  dirOf,
  given,
  type Lock,
  type TextFile,
  type WithoutLock,
} from "./manifest-file.ts";

/** Reads the gems of a Gemfile that are written plainly; it is a program. */
export function parseGemfile(text: string): Draft {
  let group = "";
  const dependencies = text.split("\n").flatMap((raw, index): WithoutLock[] => {
    const line = raw.replace(/(^|\s)#.*$/, "");
    const opened = /^\s*group\s+(.+?)\s+do\b/.exec(line)?.[1];
    if (opened) group = opened;
    else if (/^end\b/.test(line)) group = "";
    const [, name, rest = ""] = /^\s*gem[\s(]+["']([^"']+)["'](.*)$/.exec(line) ?? [];
    if (!name) return [];
    const inline = /\bgroups?:\s*(\[[^\]]*\]|:\w+)/.exec(rest)?.[1];
    return [{ name, range: rangeOf(rest), kind: kindOf(inline ?? group), line: index + 1 }];
  });
  return { dependencies };
}

/** Reads a gemspec. */
export function parseGemspec(text: string): Draft {
  const dependencies = text.split("\n").flatMap((line, index): WithoutLock[] => {
    const call = /\.add_(runtime_|development_)?dependency[\s(]+["']([^"']+)["'](.*)$/.exec(line);
    const [, kind, name = "", rest = ""] = call ?? [];
    if (!call) return [];
    const isDevelopment = kind === "development_";
    return [
      { name, range: rangeOf(rest), kind: isDevelopment ? "dev" : "runtime", line: index + 1 },
    ];
  });
  return { ...given({ name: /\.name\s*=\s*["']([^"']+)["']/.exec(text)?.[1] }), dependencies };
}

function kindOf(group: string): WithoutLock["kind"] {
  return /\b(?:development|test)\b/.test(group) ? "dev" : "runtime";
}

/** The quoted versions behind a gem's name, before its options. */
function rangeOf(rest: string): string {
  const versions = /^(?:\s*,\s*["'][^"']*["'])*/.exec(rest)?.[0] ?? "";
  return [...versions.matchAll(/["']([^"']*)["']/g)].map(([, version]) => version).join(", ");
}

export function parseGemfileLock({ path, text }: TextFile): Lock {
  const versions = new Map(
    [...text.matchAll(/^ {4}(\S+) \(([^)]+)\)$/gm)].map(([, name = "", version = ""]) => [
      name,
      version,
    ]),
  );
  return { dir: dirOf(path), version: (name) => versions.get(name) };
}
