import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { describe, expect, test } from "vitest";
import { bundleOptions } from "../scripts/bundle-options.ts";
import { type Import, importsOf } from "./support/imports.ts";

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const sources = globSync("packages/*/src/**/*.ts", { cwd: root }).sort();
const isTest = (file: string): boolean => /\.test(\.[a-z]+)?\.ts$/.test(file);
const shipped = sources.filter((file) => !isTest(file));
const imports = await importsOf(root, shipped);
const text = (file: string): string => readFileSync(`${root}/${file}`, "utf8");

const daemon = "packages/daemon/src";
const layers = [
  "transport",
  "methods",
  "services",
  "agent",
  "policy",
  ["insight", "sandbox"],
  "store",
  "os",
];

/** The folder of the daemon that a file belongs to; "" for its top. */
function roomOf(file: string): string | undefined {
  if (!file.startsWith(`${daemon}/`)) return undefined;
  const [room = "", ...rest] = file.slice(daemon.length + 1).split("/");
  return rest.length > 0 ? room : "";
}

function rankOf(room: string): number {
  return layers.findIndex((layer) => [layer].flat().includes(room));
}

/** What the imports that break a rule look like, for the message. */
function broken(rule: (edge: Import) => boolean, among = imports): string[] {
  return among.filter((edge) => !rule(edge)).map(({ from, to }) => `${from} -> ${to}`);
}

const importsFrom = (prefix: string): Import[] =>
  imports.filter(({ from }) => from.startsWith(prefix));
const isOurs = (path: string): boolean => path.startsWith("packages/");
const isProtocol = (path: string): boolean => path.startsWith("packages/protocol/src/");

/** Asserts that a package is imported nowhere but in files that the pattern names. */
function expectOnlyIn(name: string, where: RegExp): void {
  const uses = imports.filter(({ to }) => to === name);
  expect(uses, `nobody imports ${name}`).not.toEqual([]);
  expect(broken(({ from }) => where.test(from), uses)).toEqual([]);
}

describe("the imports that these rules are held against", () => {
  test("are those of every file that is shipped", () => {
    expect(new Set(imports.map(({ from }) => from)).size).toBeGreaterThan(100);
    expect(imports).toContainEqual({
      from: "packages/daemon/src/program.ts",
      to: "packages/daemon/src/daemon.ts",
      specifier: "./daemon.ts",
      kind: "static",
    });
  });

  test("include those of types", () => {
    expect(imports).toContainEqual({
      from: "packages/daemon/src/methods/caller.ts",
      to: "packages/daemon/src/services/mutations.ts",
      specifier: "../services/mutations.ts",
      kind: "static",
    });
  });

  test("hide no dynamic import behind a computed name or a type", () => {
    const said = shipped.map((file) => [file, text(file).match(/(?<!\.)\bimport\(/g)?.length ?? 0]);
    const found = shipped.map((file) => {
      const own = imports.filter(({ from, kind }) => from === file && kind === "dynamic");
      return [file, own.length];
    });
    expect(found).toEqual(said);
  });

  test("name relative files with their ending", () => {
    const relatives = imports.filter(({ specifier }) => specifier.startsWith("."));
    expect(broken(({ specifier }) => specifier.endsWith(".ts"), relatives)).toEqual([]);
  });
});

describe("the daemon", () => {
  test("has no folder that is not a layer, but for the scripted model", () => {
    const rooms = new Set(shipped.map(roomOf).filter((room) => room !== undefined));
    expect([...rooms].filter((room) => rankOf(room) < 0).sort()).toEqual(["", "scripted-model"]);
  });

  test("imports only inwards: transport, methods, services, agent, sandbox, store, os", () => {
    const inside = importsFrom(`${daemon}/`).filter(({ from, to }) => {
      const room = roomOf(from);
      return room !== undefined && rankOf(room) >= 0 && isOurs(to) && !isProtocol(to);
    });
    const inwards = ({ from, to }: Import): boolean => {
      const [here = "", there = ""] = [roomOf(from), roomOf(to)];
      return here === there || rankOf(there) > rankOf(here);
    };
    expect(inside).not.toEqual([]);
    expect(broken(inwards, inside)).toEqual([]);
  });

  test("is composed in main.ts, program.ts and daemon.ts, which nothing else imports", () => {
    const tops = imports.filter(({ to }) => roomOf(to) === "");
    const isRoot = ({ from }: Import) => /\/(?:main|program|daemon)\.ts$/.test(from);
    expect(broken((edge) => isRoot(edge) || edge.kind === "resolve", tops)).toEqual([]);
  });

  test("has a configuration and a log that need nothing but protocol and os", () => {
    const leaves = imports.filter(({ from }) =>
      /^packages\/daemon\/src\/(config|log)\.ts$/.test(from),
    );
    const isLeaf = ({ to }: Import) => !isOurs(to) || isProtocol(to) || roomOf(to) === "os";
    expect(leaves).not.toEqual([]);
    expect(broken(isLeaf, leaves)).toEqual([]);
  });

  test("keeps the scripted model apart: it imports nothing of ours, and nothing imports it", () => {
    const model = `${daemon}/scripted-model/`;
    const edges = imports.filter(({ from, to }) => from.startsWith(model) || to.startsWith(model));
    const apart = ({ from, to, kind }: Import) =>
      kind === "resolve" || (from.startsWith(model) && (to.startsWith(model) || !isOurs(to)));
    expect(edges).not.toEqual([]);
    expect(broken(apart, edges)).toEqual([]);
  });

  test("knows ws and JSON-RPC only in its transport", () => {
    const where = /^packages\/(?:protocol\/src|daemon\/src\/transport)\//;
    expectOnlyIn("ws", where);
    expectOnlyIn("json-rpc-2.0", where);
  });

  test("knows SQLite only in its store", () => {
    expectOnlyIn("better-sqlite3", /^packages\/daemon\/src\/store\//);
  });

  test("speaks SQL only in its store", () => {
    const sql =
      /\b(?:SELECT\s[^;]*?\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|(?:CREATE|DROP|ALTER)\s+TABLE|PRAGMA)\s/;
    const speakers = shipped.filter((file) => sql.test(text(file)));
    expect(speakers).not.toEqual([]);
    expect(speakers.filter((file) => roomOf(file) !== "store")).toEqual([]);
  });

  test("knows the model's client only where the model is asked", () => {
    expectOnlyIn("openai", /^packages\/daemon\/src\/agent\/model[\w-]*\.ts$/);
  });

  test("knows simple-git only in os", () => {
    expectOnlyIn("simple-git", /^packages\/daemon\/src\/os\//);
  });

  test("starts processes only in os and in the sandbox", () => {
    const starters = importsFrom(`${daemon}/`).filter(({ to }) =>
      ["execa", "node:child_process"].includes(to),
    );
    const allowed = ({ from }: Import) => ["os", "sandbox"].includes(roomOf(from) ?? "");
    expect(starters).not.toEqual([]);
    expect(broken(allowed, starters)).toEqual([]);
  });
});

describe("the packages", () => {
  test("let protocol stand alone", () => {
    const own = importsFrom("packages/protocol/");
    expect(broken(({ to }) => !isOurs(to) || isProtocol(to), own)).toEqual([]);
  });

  test("let the tray know the daemon by its protocol alone, and D-Bus only in one folder", () => {
    const own = importsFrom("packages/tray/src/");
    expect(own).not.toEqual([]);
    const allowed = ({ to }: Import) =>
      !isOurs(to) || isProtocol(to) || to.startsWith("packages/tray/src/");
    expect(broken(allowed, own)).toEqual([]);
    expectOnlyIn("@particle/dbus-next", /^packages\/tray\/src\/linux\//);
  });

  test("let the daemon import nothing of ours but protocol", () => {
    const own = importsFrom(`${daemon}/`);
    const allowed = ({ to }: Import) => !isOurs(to) || isProtocol(to) || to.startsWith(daemon);
    expect(broken(allowed, own)).toEqual([]);
  });

  test("let the clients import nothing of ours but protocol, and find the daemon by name", () => {
    const clients = imports.filter(({ from }) => !isProtocol(from) && !from.startsWith(daemon));
    const allowed = ({ from, to, kind }: Import) => {
      const home = from.slice(0, from.indexOf("/src/"));
      return !isOurs(to) || isProtocol(to) || to.startsWith(home) || kind === "resolve";
    };
    expect(clients).not.toEqual([]);
    expect(broken(allowed, clients)).toEqual([]);
  });

  test("import one another by name, never by a path", () => {
    const crossing = imports.filter(
      ({ from, to }) => isOurs(to) && from.split("/")[1] !== to.split("/")[1],
    );
    expect(broken(({ specifier }) => !specifier.startsWith("."), crossing)).toEqual([]);
  });

  test("ship nothing that imports a test", () => {
    expect(broken(({ to }) => !isTest(to))).toEqual([]);
  });

  test("have no source file of more than 400 lines", () => {
    const all = [...sources, ...globSync(["test/**/*.ts", "scripts/**/*.ts"], { cwd: root })];
    const long = all.filter((file) => text(file).trimEnd().split("\n").length > 400);
    expect(long).toEqual([]);
  });
});

test.each(["commands/status", "commands/attach", "attach/attach"])(
  "%s loads no schema once it is bundled",
  async (entry) => {
    const options: BuildOptions & { metafile: true } = {
      ...bundleOptions,
      absWorkingDir: `${root}/packages/cli`,
      entryPoints: [`src/${entry}.ts`],
      external: [...bundleOptions.external, "@heddle/daemon", "@heddle/tray"],
      outdir: "dist/never",
      write: false,
      metafile: true,
    };
    const { outputs } = (await build(options)).metafile;
    const loaded = new Set<string>();
    const load = (path: string) => {
      if (loaded.has(path)) return;
      loaded.add(path);
      for (const { path: next, kind } of outputs[path]?.imports ?? []) {
        if (kind === "import-statement") load(next);
      }
    };
    load(`dist/never/${entry.split("/").at(-1)}.js`);
    const used = [...loaded].flatMap((path) =>
      Object.entries(outputs[path]?.inputs ?? {}).flatMap(([input, { bytesInOutput }]) =>
        bytesInOutput > 0 ? [input] : [],
      ),
    );
    expect(used).toContain(`src/${entry}.ts`);
    expect(used.filter((path) => path.includes("/zod/"))).toEqual([]);
  },
);
