import { expect, test } from "vitest";
import { indexFiles, targetsOf } from "../tree-fixture.test.support.ts";

test("TypeScript: endings, folders, what is installed and what Node brings", async () => {
  const index = await indexFiles({
    "src/a.ts": `import "./b.js"; import "./c"; import "./dir"; import "../data.json";
      import fs from "node:fs"; import "react/jsx-runtime"; import "@scope/x/y"; import "./none";
      import "./d.svg?raw";`,
    "src/b.ts": "",
    "src/b.d.ts": "",
    "src/c.tsx": "",
    "src/c.js": "",
    "src/d.svg": "<svg/>",
    "src/dir/package.json": '{"main": "./lib/main"}',
    "src/dir/lib/main.ts": "",
    "data.json": "{}",
  });
  expect(targetsOf(index, "src/a.ts")).toEqual({
    "./b.js": "src/b.ts",
    "./c": "src/c.tsx",
    "./dir": "src/dir/lib/main.ts",
    "../data.json": "data.json",
    "node:fs": "builtin fs",
    "react/jsx-runtime": "package react",
    "@scope/x/y": "package @scope/x",
    "./none": "unresolved",
    "./d.svg?raw": "src/d.svg",
  });
});

test("TypeScript: paths with comments in the file, by extends, by references, and baseUrl", async () => {
  const index = await indexFiles({
    "tsconfig.base.json": `{
      // "@/*" looks like a comment to those who strip them
      "compilerOptions": {"baseUrl": "./", "paths": {"@/*": ["src/*"], "exact": ["src/exact.ts"],},},
    }`,
    "tsconfig.json": '{"extends": "./tsconfig.base", "references": [{"path": "./ref"}]}',
    "ref/tsconfig.json": '{"compilerOptions": {"paths": {"ref/*": ["./code/*"]}}}',
    "ref/code/x.ts": "",
    "src/a.ts":
      'import "@/deep/b"; import "exact"; import "src/exact"; import "ref/x"; import "@/none";',
    "src/deep/b.ts": "",
    "src/exact.ts": "",
  });
  expect(targetsOf(index, "src/a.ts")).toEqual({
    "@/deep/b": "src/deep/b.ts",
    exact: "src/exact.ts",
    "src/exact": "src/exact.ts",
    "ref/x": "ref/code/x.ts",
    "@/none": "unresolved",
  });
});

test("packages of a workspace: exports with conditions, #imports, own name, unbuilt sources", async () => {
  const index = await indexFiles({
    "package.json": '{"workspaces": ["packages/*", "!packages/old"]}',
    "packages/a/package.json": `{"name": "@w/a", "imports": {"#in/*": "./src/in/*.js", "#dep": "zod"},
      "exports": {".": "./src/main.ts", "./*": {"types": "./src/*.d.ts", "import": "./src/*.js"}}}`,
    "packages/a/src/main.ts":
      'import "#in/x"; import "#dep"; import "@w/a/util"; import "@w/b"; import "@w/old";',
    "packages/a/src/in/x.ts": "",
    "packages/a/src/util.js": 'import "@w/a/util";',
    "packages/a/src/util.d.ts": "",
    "packages/b/package.json": '{"name": "@w/b", "exports": {".": {"default": "./dist/index.js"}}}',
    "packages/b/src/index.ts": "",
    "packages/old/package.json": '{"name": "@w/old"}',
  });
  expect(targetsOf(index, "packages/a/src/main.ts")).toEqual({
    "#in/x": "packages/a/src/in/x.ts",
    "#dep": "package zod",
    "@w/a/util": "packages/a/src/util.d.ts",
    "@w/b": "packages/b/src/index.ts",
    "@w/old": "package @w/old",
  });
  expect(targetsOf(index, "packages/a/src/util.js")).toEqual({
    "@w/a/util": "packages/a/src/util.js",
  });
});

test("Python: packages, namespaces, relative imports, src layouts, neighbours of scripts", async () => {
  const index = await indexFiles({
    "pyproject.toml": '[project]\nname = "app"\n',
    "src/app/__init__.py": "",
    "src/app/core.py":
      "from . import util, VERSION\nfrom .sub.mod import f\nfrom ..none import x\n",
    "src/app/util.py":
      "import app.core, os.path, requests\nfrom space.deep import tool\nimport app.gone\n",
    "src/app/sub/__init__.py": "",
    "src/app/sub/mod.py": "",
    "src/space/deep/tool.py": "",
    "scripts/run.py": "import helper\n",
    "scripts/helper.py": "",
  });
  expect(targetsOf(index, "src/app/core.py")).toEqual({
    ".": "src/app/__init__.py src/app/util.py",
    ".sub.mod": "src/app/sub/mod.py",
    "..none": "unresolved",
  });
  expect(targetsOf(index, "src/app/util.py")).toEqual({
    "app.core": "src/app/core.py",
    "os.path": "builtin os",
    requests: "package requests",
    "space.deep": "src/space/deep/tool.py",
    "app.gone": "unresolved",
  });
  expect(targetsOf(index, "scripts/run.py")).toEqual({ helper: "scripts/helper.py" });
});

test("Go: packages of the modules of a workspace, what they require, the standard library", async () => {
  const index = await indexFiles({
    "go.work": "go 1.22\nuse (\n\t./a\n\t./b\n)\n",
    "a/go.mod": "module example.com/a\n\nrequire github.com/x/y v1.0.0\n",
    "a/main.go": `package main
import (
	"net/http"
	"example.com/a/in"
	"example.com/b"
	"github.com/x/y/sub"
)
`,
    "a/in/one.go": "package in\n",
    "a/in/two.go": "package in\n",
    "a/in/one_test.go": "package in\n",
    "b/go.mod": "module example.com/b\n",
    "b/b.go": "package b\n",
  });
  expect(targetsOf(index, "a/main.go")).toEqual({
    "net/http": "builtin net/http",
    "example.com/a/in": "a/in/one.go a/in/two.go",
    "example.com/b": "b/b.go",
    "github.com/x/y/sub": "package github.com/x/y",
  });
});

test("Rust: modules, paths from crate, super and self, crates of the workspace", async () => {
  const index = await indexFiles({
    "Cargo.toml": '[workspace]\nmembers = ["app", "core-lib"]\n',
    "app/Cargo.toml":
      '[package]\nname = "app"\n[dependencies]\nserde = "1"\ncore-lib = {path = "../core-lib"}\n',
    "app/src/main.rs":
      "mod net;\nmod gone;\nuse std::fs;\nuse serde::Serialize;\nuse core_lib::deep::Thing;\nuse crate::net::http::get;\n",
    "app/src/net/mod.rs": "pub mod http;\n",
    "app/src/net/http.rs": "use super::super::other;\nuse super::http;\n",
    "core-lib/Cargo.toml": '[package]\nname = "core-lib"\n',
    "core-lib/src/lib.rs": "pub mod deep;\n",
    "core-lib/src/deep.rs": "pub struct Thing;\n",
  });
  const targets = Object.values(targetsOf(index, "app/src/main.rs"));
  expect(targets).toEqual([
    "app/src/net/mod.rs",
    "unresolved",
    "builtin std",
    "package serde",
    "core-lib/src/deep.rs",
    "app/src/net/http.rs",
  ]);
  expect(targetsOf(index, "app/src/net/mod.rs")).toEqual({ http: "app/src/net/http.rs" });
});

test("Java and Kotlin: classes, nested ones, whole packages, each other, dependencies", async () => {
  const index = await indexFiles({
    "pom.xml":
      "<project><dependencies><dependency><groupId>org.slf4j</groupId><artifactId>slf4j-api</artifactId></dependency></dependencies></project>",
    "src/a/Main.java":
      "package a;\nimport java.util.List;\nimport b.Tool;\nimport b.Tool.Inner;\nimport c.*;\nimport org.slf4j.Logger;\nclass Main {}\n",
    "src/b/Tool.kt": "package b\nclass Tool { class Inner }\n",
    "src/c/One.java": "package c;\npublic class One {}\n",
    "src/c/Two.java": "package c;\npublic class Two {}\n",
  });
  expect(Object.values(targetsOf(index, "src/a/Main.java"))).toEqual([
    "builtin java.util",
    "src/b/Tool.kt",
    "src/b/Tool.kt",
    "src/c/One.java src/c/Two.java",
    "package org.slf4j:slf4j-api",
  ]);
});

test("C: beside, by include folders, by the only file that ends so, the system's", async () => {
  const index = await indexFiles({
    "src/net/a.c": `#include "b.h"
#include "lib/c.h"
#include <lib/c.h>
#include <stdio.h>
#include <zlib.h>
#include "unique.h"
#include "none.h"
`,
    "src/net/b.h": "",
    "include/lib/c.h": "",
    "deep/down/unique.h": "",
  });
  expect(targetsOf(index, "src/net/a.c")).toEqual({
    "b.h": "src/net/b.h",
    "lib/c.h": "include/lib/c.h",
    "stdio.h": "builtin stdio.h",
    "zlib.h": "package zlib",
    "unique.h": "deep/down/unique.h",
    "none.h": "unresolved",
  });
});

test("Ruby: relative files, lib folders, gems and Ruby's own", async () => {
  const index = await indexFiles({
    Gemfile: 'gem "rack"\n',
    "lib/app.rb":
      'require "app/util"\nrequire_relative "app/util"\nrequire "json"\nrequire "rack/utils"\n',
    "lib/app/util.rb": "",
  });
  expect(Object.values(targetsOf(index, "lib/app.rb")).sort()).toEqual([
    "builtin json",
    "lib/app/util.rb",
    "lib/app/util.rb",
    "package rack",
  ]);
});

test("PHP: by PSR-4, and what is required", async () => {
  const index = await indexFiles({
    "composer.json":
      '{"autoload": {"psr-4": {"App\\\\": "src/"}}, "require": {"monolog/monolog": "^3"}}',
    "src/Main.php":
      "<?php\nnamespace App;\nuse App\\Model\\User;\nuse Monolog\\Logger;\nclass Main {}\n",
    "src/Model/User.php": "<?php\nnamespace App\\Model;\nclass User {}\n",
  });
  expect(Object.values(targetsOf(index, "src/Main.php"))).toEqual([
    "src/Model/User.php",
    "package monolog/monolog",
  ]);
});
