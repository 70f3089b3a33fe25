import type { Language } from "../../insight/lex/index.ts";
import type { CommentLine } from "./comment-lines.ts";
import { hasObeyedShape, isScript, tagsOf } from "./obeyed-shapes.ts";

type Reads = (line: CommentLine) => boolean;

/** Reads the lines of comments that stand together, from the first one on: which do tools obey? */
export function lineReader(language: Language): Reads {
  const isWithin = regionReader(language);
  const hasTag = tagReader(language);
  let docs = "";
  return (line) => {
    // No tool looks into documentation for its switches, but where it begins.
    const goesOn = docs === line.opener && /^\/\/[/!]/.test(docs) && !isScript(language);
    docs = line.opener;
    const found = [isWithin(line), hasTag(line)];
    const isFirst = line.isFirst && !goesOn;
    return found.includes(true) || hasObeyedShape(language, { ...line, isFirst });
  };
}

/** Whether an obeyed tag goes on: up to the next one, or to the end of its comment. */
function tagReader(language: Language): Reads {
  let goesOn = false;
  return (line) => {
    if (line.isFirst || !line.isBlock) goesOn = false;
    const tags = tagsOf(language, line);
    if (tags.length > 0) goesOn = tags.includes("obeyed");
    return goesOn;
  };
}

/** What is compiled, run or compared as a whole. */
function regionReader(language: Language): Reads {
  switch (language) {
    case "rust":
      return doctestReader();
    case "go":
      return exampleOutputReader();
    case "python":
      return inlineMetadataReader();
    default:
      return () => false;
  }
}

/** Cargo compiles what is fenced or indented in documentation, and runs it as a test. */
function doctestReader(): Reads {
  let fence: string | undefined;
  return ({ content }) => {
    const [, marks = "", info = ""] = /^[\s>*+\-\d.)]*(`{3,}|~{3,})(.*)$/.exec(content) ?? [];
    if (fence === undefined) {
      fence = marks === "" ? undefined : marks;
      return marks !== "" || /^(?: {5}| ?\t)/.test(content);
    }
    if (marks.startsWith(fence) && info.trim() === "") fence = undefined;
    return true;
  };
}

/** Behind its head an example has what it must print. */
function exampleOutputReader(): Reads {
  let begun = false;
  return ({ content }) => {
    begun ||= /^\s*(?:unordered )?output:/i.test(content);
    return begun;
  };
}

/** The block that tells what a script needs, from `# /// script` to `# ///`. */
function inlineMetadataReader(): Reads {
  let within = false;
  return ({ content }) => {
    const isEdge = /^ ?\/\/\//.test(content);
    const found = within || isEdge;
    if (isEdge) within = !within;
    return found;
  };
}
