/** The paths of a tree, for questions about what exists in it. */
export class TreePaths {
  readonly #numbers = new Map<string, number>();
  readonly #folders = new Map<string, number[]>([["", []]]);
  #byName: Map<string, number[]> | undefined;
  readonly paths: readonly string[];

  constructor(paths: readonly string[]) {
    this.paths = paths;
    for (const [number, path] of paths.entries()) {
      this.#numbers.set(path, number);
      this.#folderOf(path).push(number);
    }
  }

  /** The number of a file, if it is one of the tree. */
  numberOf(path: string): number | undefined {
    return this.#numbers.get(path);
  }

  pathOf(number: number): string {
    return this.paths[number] ?? "";
  }

  isFolder(path: string): boolean {
    return this.#folders.has(path);
  }

  /** The files that lie in a folder itself. */
  filesIn(folder: string): readonly number[] {
    return this.#folders.get(folder) ?? [];
  }

  /** Files whose path ends in these parts: `net/http.h` finds `src/net/http.h`. */
  endingIn(path: string): readonly number[] {
    const all = this.#named(path.slice(path.lastIndexOf("/") + 1));
    const end = `/${path}`;
    return all.filter((number) => {
      const whole = this.pathOf(number);
      return whole === path || whole.endsWith(end);
    });
  }

  #named(name: string): readonly number[] {
    if (this.#byName === undefined) {
      this.#byName = new Map();
      for (const [number, path] of this.paths.entries()) {
        const key = path.slice(path.lastIndexOf("/") + 1);
        const known = this.#byName.get(key);
        if (known) known.push(number);
        else this.#byName.set(key, [number]);
      }
    }
    return this.#byName.get(name) ?? [];
  }

  /** The list of a file's folder; the folders around it are made known too. */
  #folderOf(path: string): number[] {
    const slash = path.lastIndexOf("/");
    const folder = slash < 0 ? "" : path.slice(0, slash);
    const known = this.#folders.get(folder);
    if (known) return known;
    const files: number[] = [];
    this.#folders.set(folder, files);
    this.#folderOf(folder);
    return files;
  }
}

/** Joins a folder and a relative path; absent where that leads out of the tree. */
export function joinPath(folder: string, relative: string): string | undefined {
  const parts = folder === "" ? [] : folder.split("/");
  for (const part of relative.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}

/** A path in a folder, which may be the root. */
export function under(folder: string, rest: string): string {
  return folder === "" ? rest : rest === "" ? folder : `${folder}/${rest}`;
}

/** A folder and those around it, up to the root, the nearest first. */
export function* upwards(folder: string): Generator<string> {
  for (let here = folder; ; here = here.slice(0, Math.max(0, here.lastIndexOf("/")))) {
    yield here;
    if (here === "") return;
  }
}
