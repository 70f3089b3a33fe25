import { ts } from "@ts-morph/common";
import type { Found } from "./accuracy.ts";

/** What the compiler's own parser finds: the same questions as the lexer answers. */
export function typescriptOracle(path: string, text: string): Found | undefined {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  if ((file as unknown as { parseDiagnostics: unknown[] }).parseDiagnostics.length > 0)
    return undefined;
  const found: Found = { imports: [], definitions: [] };
  const lineOf = (node: ts.Node): number =>
    file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
  const addImport = (node: ts.Node, specifier: ts.Node | undefined): void => {
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      found.imports.push(`${lineOf(node)} ${specifier.text}`);
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node))
      addImport(node, node.moduleSpecifier);
    else if (ts.isExternalModuleReference(node)) addImport(node.parent, node.expression);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      addImport(importWord(node, file), node.argument.literal);
    else if (ts.isCallExpression(node) && isImporting(node.expression))
      addImport(node, node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(file);
  const define = (name: ts.Node, kind: string, container: string | undefined): void => {
    found.definitions.push(
      `${lineOf(name)} ${container ? `${container}.` : ""}${name.getText(file)} ${kind}`,
    );
  };
  readStatements(file.statements, undefined, define);
  return found;
}

/** `typeof import("x")` begins before its import. */
function importWord(node: ts.ImportTypeNode, file: ts.SourceFile): ts.Node {
  return node.isTypeOf ? (node.getChildren(file)[1] ?? node) : node;
}

function isImporting(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
  return ts.isIdentifier(callee) && callee.text === "require";
}

type Define = (name: ts.Node, kind: string, container: string | undefined) => void;

function readStatements(
  statements: readonly ts.Statement[],
  container: string | undefined,
  define: Define,
): void {
  for (const statement of statements) {
    if (ts.isFunctionDeclaration(statement)) {
      if (statement.name) define(statement.name, "function", container);
    } else if (ts.isClassDeclaration(statement)) readClass(statement, container, define);
    else if (ts.isInterfaceDeclaration(statement)) define(statement.name, "interface", container);
    else if (ts.isTypeAliasDeclaration(statement)) define(statement.name, "type", container);
    else if (ts.isEnumDeclaration(statement)) define(statement.name, "enum", container);
    else if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations)
        readBinding(name, container, define);
    } else if (ts.isModuleDeclaration(statement)) readModule(statement, container, define);
  }
}

function readClass(node: ts.ClassDeclaration, container: string | undefined, define: Define): void {
  if (node.name) define(node.name, "class", container);
  const owner = [container, node.name?.text ?? "default"].filter(Boolean).join(".");
  for (const member of node.members) {
    const { name } = member;
    if (!name || !(ts.isIdentifier(name) || ts.isPrivateIdentifier(name))) continue;
    define(name, ts.isPropertyDeclaration(member) ? "variable" : "method", owner);
  }
}

function readBinding(name: ts.BindingName, container: string | undefined, define: Define): void {
  if (ts.isIdentifier(name)) {
    define(name, "variable", container);
    return;
  }
  for (const element of name.elements) {
    if (ts.isBindingElement(element)) readBinding(element.name, container, define);
  }
}

function readModule(
  node: ts.ModuleDeclaration,
  container: string | undefined,
  define: Define,
): void {
  const names = [node.name.text];
  let body: ts.ModuleDeclaration["body"] = node.body;
  while (body && ts.isModuleDeclaration(body)) {
    names.push(body.name.text);
    body = body.body;
  }
  const name = names.join(".");
  const isNamed =
    ts.isIdentifier(node.name) && (node.flags & ts.NodeFlags.GlobalAugmentation) === 0;
  if (isNamed)
    define(
      { ...node.name, getText: () => name, getStart: () => node.name.getStart() } as ts.Node,
      "module",
      container,
    );
  if (body && ts.isModuleBlock(body)) {
    readStatements(body.statements, [container, name].filter(Boolean).join("."), define);
  }
}
