import { describe, expect, test } from "vitest";
import { differsInCommentsOnly } from "./documents.ts";

/** A line of code of each language, on which a comment is put. */
const code: Readonly<Record<string, string>> = {
  ts: "f();",
  js: "f();",
  py: "f()",
  go: "package a",
  rs: "fn f() {}",
  rb: "f",
  php: "<?php\nf();",
  swift: "f()",
  kt: "fun f() {}",
  java: "class A {}",
  cs: "class A {}",
  c: "int a;",
  cpp: "int a;",
};

function isWritable(ending: string, comment: string): boolean {
  const before = code[ending] ?? "";
  const after = before.replace(/^(<\?php\n)?/, (opening) => `${opening}${comment}\n`);
  return differsInCommentsOnly(`a.${ending}`, `${before}\n`, `${after}\n`);
}

describe("prose can be written", () => {
  test.each([
    ["ts", "// The first of two."],
    ["ts", "/** Tells the time. */"],
    [
      "ts",
      "/**\n * Tells the time.\n * @param zone where it is told\n * @returns the time there\n */",
    ],
    ["ts", "/**\n * @param {string} zone where\n * @throws when there is no such zone\n */"],
    ["ts", "/** Like {@link other}, but for `@internal` and @scope/name. */"],
    ["ts", "// See https://example.org/a:b for why."],
    ["ts", "// TODO: make it faster"],
    ["ts", "// Note: callers ignore what this gives."],
    ["ts", "// -----------------------------"],
    ["ts", "//--- Section ---"],
    ["ts", "// Close-on-exec: no command may inherit it."],
    ["ts", "// HTTP requests are retried; `std::vector` is not a thing here."],
    [
      "ts",
      "/*\n * A longer one, in which a line may begin with any word, as in\n * options: these are two.\n */",
    ],
    ["ts", "/**\n * @example\n * f(1);\n * @see g\n */"],
    ["ts", "// Uses @Injectable classes, a trade-off that we re-enable later."],
    ["ts", "// 1. The first step: what is read."],
    [
      "js",
      "/**\n * Tells the time.\n * @param zone where it is told\n * @returns the time there\n */",
    ],
    ["js", '// (An option, "quoted", is fine.)'],
    ["py", "# One line of prose, with a 'quote'."],
    ["py", "# Args:"],
    ["py", "# - a point in a list\n# - another, see issue #12"],
    ["py", "# ==== Section ===="],
    ["go", "// Package a is one.\n//\n// # Usage\n//\n//\ta.Run()"],
    ["go", "// Run runs it, and options: those that are\n// known: all."],
    ["go", "// NewReader returns a reader; errors are ignored."],
    ["go", "/* A block of\nprose. */"],
    ["rs", "/// Adds one.\n///\n/// # Panics\n///\n/// Where it overflows."],
    ["rs", "//! A crate that does nothing.\n//! note: it is small"],
    ["rs", "// SAFETY: the pointer is valid."],
    ["rs", "/// - `a`: the first [`b`]\n/// - `c`: the second"],
    ["rb", "# Sets @name, which is empty at first."],
    ["rb", "# @param name [String] whose it is\n# @return [String] a greeting"],
    ["rb", "=begin\nA block of prose.\n=end"],
    ["php", "/**\n * Greets.\n * @param $name whose it is\n */"],
    ["php", "# What follows calls f."],
    ["swift", "/// Greets.\n///\n/// - Parameter name: whose it is.\n/// - Returns: a greeting."],
    ["swift", "// MARK: - Greetings"],
    ["kt", "/**\n * Greets.\n * @param name whose it is\n * @return a greeting\n */"],
    [
      "java",
      "/**\n * Greets, see {@link Name} and {@code null}.\n * @throws IOException where it cannot\n */",
    ],
    ["cs", '/// <summary>Greets.</summary>\n/// <param name="name">Whose it is.</param>'],
    ["c", "/* The number of a thing. */"],
    ["cpp", "//! Greets.\n/// \\param name whose it is"],
  ])("in %s: %j", (ending, comment) => {
    expect(isWritable(ending, comment)).toBe(true);
  });
});

describe("what a tool may obey cannot", () => {
  test.each([
    ["ts", "// @ts-ignore"],
    ["ts", "/* @ts-expect-error: why */"],
    ["ts", '/// <reference types="node" />'],
    ["ts", "// eslint-disable-next-line no-console"],
    ["ts", "// Why this is so. eslint-disable-line"],
    ["ts", "/* eslint no-console: 0 */"],
    ["ts", "/* global a, b */"],
    ["ts", "// deno-lint-ignore no-explicit-any"],
    ["ts", "// oxlint-disable no-console"],
    ["ts", "// biome-ignore lint: so"],
    ["ts", "/* @__PURE__ */"],
    ["ts", "/*#__PURE__*/"],
    ["ts", "/* webpackIgnore: true */"],
    ["ts", '/* webpackChunkName: "a" */'],
    ["ts", "/* @vite-ignore */"],
    ["ts", "/* v8 ignore next */"],
    ["ts", "// Stryker disable all"],
    ["ts", "/*! kept by what makes it small */"],
    ["ts", "/** @flow strict */"],
    ["ts", "/** @deprecated use g */"],
    ["ts", "/** @internal */"],
    ["ts", "//# sourceMappingURL=a.js.map"],
    ["ts", "// NOSONAR"],
    ["ts", "// $FlowFixMe"],
    ["js", "/** @type {number} */"],
    ["js", "/** A name. @type {number} */"],
    ["js", "/** @param {string} a what */"],
    ["js", "/** @param [a] what */"],
    ["js", "/**\n * @typedef {{\n *   a: string\n * }} A\n */"],
    ["py", "# type: ignore"],
    ["py", "# noqa"],
    ["py", "# for a reason  # noqa: E501"],
    ["py", "# pylint: disable=all"],
    ["py", "# fmt: off"],
    ["py", "# pyright: basic"],
    ["py", "# pragma: no cover"],
    ["py", "# -*- coding: latin-1 -*-"],
    ["py", "# %% cell"],
    ["py", '# /// script\n# dependencies = [\n#   "a",\n# ]\n# ///'],
    ["py", "# isort:skip_file"],
    ["py", "# nocov"],
    ["go", "//nolint:errcheck"],
    ["go", "/*line other.go:10*/"],
    ["go", "//line other.go:10"],
    ["go", "//go:build linux"],
    ["go", "// +build linux"],
    ["go", "// Output: 1"],
    ["go", "// Deprecated: use B."],
    ["go", "// Code generated by a tool. DO NOT EDIT."],
    ["rs", "/// ```\n/// f();\n/// ```"],
    ["rs", "/// ~~~text\n/// f();\n/// ~~~"],
    ["rs", "///     f();"],
    ["rb", "# frozen_string_literal: true"],
    ["rb", "# typed: strict"],
    ["rb", "# warn_indent: true"],
    ["rb", "# rubocop:disable all"],
    ["rb", "#: () -> void"],
    ["php", "// phpcs:ignoreFile"],
    ["php", "/** @ORM\\Entity */"],
    ["php", "/** Is one. @ORM\\Entity */"],
    ["php", "/** @var int */"],
    ["php", "/** @return int */"],
    ["php", "// f ?> text <?php"],
    ["swift", "// swiftlint:disable all"],
    ["swift", "// swift-tools-version:5.9"],
    ["kt", "// ktlint-disable no-wildcard-imports"],
    ["java", "// CHECKSTYLE:OFF"],
    ["java", "//noinspection unchecked"],
    ["java", "// spotless:off"],
    ["java", "/** @deprecated use B */"],
    ["cs", "// <auto-generated/>"],
    ["cs", "// ReSharper disable once UnusedMember.Global"],
    ["c", "// NOLINTNEXTLINE"],
    ["c", "/* fall through */"],
    ["c", "// clang-format off"],
    ["c", "// the line below is no code \\"],
    ["cpp", "// IWYU pragma: keep"],
    ["cpp", "/* lint -e123 */"],
  ])("in %s: %j", (ending, comment) => {
    expect(isWritable(ending, comment)).toBe(false);
  });
});

test.each(["a.", "@a", "*", "#", "// ", "a-", "=end", "fall "])(
  "%j over and over in a comment takes no time to judge",
  (piece) => {
    const comment = `/* ${piece.repeat(50_000)} */`;
    expect(differsInCommentsOnly("a.ts", `${comment}\nf();\n`, `${comment}\ng();\n`)).toBe(false);
  },
  5_000,
);

describe("a comment that a tool may obey", () => {
  test.each([
    ["a.ts", "/** @internal */\nf();\n", "/**\n * Does it.\n * @internal */\nf();\n", true],
    ["a.js", "/** @type {A} */\nlet a;\n", "/** @type {B} */\nlet a;\n", false],
    ["a.ts", "// @ts-ignore\nf();\n// One.\ng();\n", "f();\n// @ts-ignore\ng();\n", false],
    ["a.ts", "f();\n// eslint-disable-line\n", "f(); // eslint-disable-line\n", false],
    ["a.ts", "// @ts-ignore\nf();\n", "// @ts-ignore\n// Two.\nf();\n", false],
    ["a.ts", "// @ts-ignore\nf();\n", "// @ts-ignore\nf(); // Two.\n", true],
    ["a.py", "#!/bin/a\nf()\n", "# One.\n#!/bin/a\nf()\n", false],
    [
      "a.rs",
      "/// One:\n/// ```\n/// a();\n/// ```\nfn a() {}\n",
      "/// Two:\n/// ```\n/// a();\n/// ```\nfn a() {}\n",
      true,
    ],
    [
      "a.rs",
      "/// ```\n/// a();\n/// ```\nfn a() {}\n",
      "/// ```\n/// b();\n/// ```\nfn a() {}\n",
      false,
    ],
    ["a.go", "// Output:\n// 1\n\nf()\n", "// Output:\n// 2\n\nf()\n", false],
    ["a.go", 'package a\n\n// int a;\nimport "C"\n', 'package a\n\n// int b;\nimport "C"\n', false],
    ["a.go", 'package a\n\n// One.\n\nimport "C"\n', 'package a\n\n// One.\nimport "C"\n', false],
    ["a.go", 'package a\n\n// One.\n\nimport "C"\n', 'package a\n\n// Two.\n\nimport "C"\n', true],
    [
      "a.go",
      'package a\n\n/*\nint a;\n*/\nimport (\n\t"C"\n)\n',
      'package a\n\n/*\nint b;\n*/\nimport (\n\t"C"\n)\n',
      false,
    ],
  ])("stays as and where it is, in %s: %j -> %j", (path, before, after, expected) => {
    expect(differsInCommentsOnly(path, before, after)).toBe(expected);
  });
});
