export interface TextLine {
  readonly text: string;
  readonly eol: "" | "\n" | "\r\n";
}

export interface TextFile {
  readonly bom: boolean;
  /** Bytes that are not UTF-8 are kept by reading each of them as one character. */
  readonly encoding: "utf8" | "latin1";
  readonly lines: readonly TextLine[];
}

const bom = "\ufeff";

/** Undefined for a binary file. Encoding the result again gives the same bytes. */
export function decodeText(bytes: Buffer): TextFile | undefined {
  if (bytes.includes(0)) return undefined;
  const utf8 = bytes.toString("utf8");
  const encoding = Buffer.from(utf8, "utf8").equals(bytes) ? "utf8" : "latin1";
  const text = encoding === "utf8" ? utf8 : bytes.toString("latin1");
  const hasBom = text.startsWith(bom);
  return { bom: hasBom, encoding, lines: splitLines(hasBom ? text.slice(1) : text) };
}

export function encodeText(file: TextFile): Buffer {
  const text = file.lines.map((line) => line.text + line.eol).join("");
  return Buffer.from((file.bom ? bom : "") + text, file.encoding);
}

export function splitLines(text: string): TextLine[] {
  const lines: TextLine[] = [];
  let start = 0;
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
    const crlf = end > start && text[end - 1] === "\r";
    lines.push({ text: text.slice(start, crlf ? end - 1 : end), eol: crlf ? "\r\n" : "\n" });
    start = end + 1;
  }
  if (start < text.length) lines.push({ text: text.slice(start), eol: "" });
  return lines;
}

/** The line ending that most lines have. */
export function usualEol(lines: readonly TextLine[]): "\n" | "\r\n" {
  const crlf = lines.filter((line) => line.eol === "\r\n").length;
  const lf = lines.filter((line) => line.eol === "\n").length;
  return crlf > lf ? "\r\n" : "\n";
}
