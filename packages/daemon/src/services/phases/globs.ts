/** From where a part of a glob may begin in a path to where it may have ended. */
type Part = (path: string, starts: ReadonlySet<number>) => Set<number>;

/**
 * Tells of a path whether a glob means it. `*`, `?` and `[a-z]` stay within a name, the name `**`
 * is any number of folders, `{a,b}` is either, and a backslash takes the meaning of what follows.
 * It takes no more than the length of the glob times that of the path: models write globs, and one
 * that is meant ill does not hold up the daemon.
 */
export function globMatcher(glob: string): (path: string) => boolean {
  const whole = sequence(partsOf(glob));
  return (path) => whole(path, new Set([0])).has(path.length);
}

const token =
  /(?<folders>(?<![^/])\*\*\/)|(?<rest>(?<![^/])\*\*$)|(?<star>\*+)|(?<any>\?)|\[(?<negated>[!^]?)(?<class>\]?[^\]/]*)\]|\\(?<escaped>.)|(?<text>[^*?[{\\]+|.)/gsy;

function partsOf(glob: string): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < glob.length; ) {
    const group = groupAt(glob, at);
    token.lastIndex = at;
    const found = group ? undefined : token.exec(glob);
    parts.push(group ? either(group.choices) : partOf(found?.groups ?? {}));
    at = group?.end ?? at + (found?.[0].length ?? 1);
  }
  return parts;
}

function partOf(found: Readonly<Record<string, string | undefined>>): Part {
  if (found.folders !== undefined) return folders;
  if (found.rest !== undefined) return rest;
  if (found.star !== undefined) return star;
  if (found.any !== undefined) return oneOf((char) => char !== "/");
  if (found.class !== undefined) return oneOf(inClass(found.class, found.negated !== ""));
  return text(found.escaped ?? found.text ?? "");
}

/** The choices of a `{a,b}` that begins there; nothing where braces are only braces. */
function groupAt(glob: string, start: number): { choices: string[]; end: number } | undefined {
  if (glob[start] !== "{") return undefined;
  const choices: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let at = start; at < glob.length; at += 1) {
    const char = glob[at];
    if (char === "\\") at += 1;
    else if (char === "{") depth += 1;
    else if (char === "}") depth -= 1;
    if (depth > 1 || (depth === 1 && char !== ",")) continue;
    choices.push(glob.slice(from, at));
    from = at + 1;
    if (depth === 0) return choices.length > 1 ? { choices, end: from } : undefined;
  }
  return undefined;
}

function sequence(parts: readonly Part[]): Part {
  return (path, starts) => {
    let ends = new Set(starts);
    for (const part of parts) {
      if (ends.size === 0) break;
      ends = part(path, ends);
    }
    return ends;
  };
}

function either(choices: readonly string[]): Part {
  const parts = choices.map((choice) => sequence(partsOf(choice)));
  return (path, starts) => new Set(parts.flatMap((part) => [...part(path, starts)]));
}

function text(wanted: string): Part {
  return (path, starts) => {
    const found = [...starts].filter((start) => path.startsWith(wanted, start));
    return new Set(found.map((start) => start + wanted.length));
  };
}

function oneOf(isMeant: (char: string) => boolean): Part {
  return (path, starts) => {
    const ends = new Set<number>();
    for (const start of starts) {
      const code = path.codePointAt(start);
      const char = code === undefined ? "/" : String.fromCodePoint(code);
      if (char !== "/" && isMeant(char)) ends.add(start + char.length);
    }
    return ends;
  };
}

function inClass(chars: string, negated: boolean): (char: string) => boolean {
  const ranges = [...chars.matchAll(/(.)-(.)|(.)/gsu)];
  return (char) =>
    negated !==
    ranges.some(([, first = "", last = "", one]) =>
      one === undefined ? first <= char && char <= last : char === one,
    );
}

const star: Part = (path, starts) => {
  const ends = new Set<number>();
  for (const start of starts) {
    // What another start has come to, it has also gone on from.
    for (let at = start; !ends.has(at); at += 1) {
      ends.add(at);
      if (at >= path.length || path[at] === "/") break;
    }
  }
  return ends;
};

const rest: Part = (path, starts) => {
  const ends = new Set<number>();
  const first = Math.min(...[...starts].filter((start) => beginsName(path, start)));
  for (let at = first; at <= path.length; at += 1) ends.add(at);
  return ends;
};

const folders: Part = (path, starts) =>
  new Set([...rest(path, starts)].filter((at) => beginsName(path, at)));

function beginsName(path: string, at: number): boolean {
  return at === 0 || path[at - 1] === "/";
}
