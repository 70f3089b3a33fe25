export interface Token {
  readonly text: string;
  /** In lower case; empty for what stood in quotation marks, which is no word of the grammar. */
  readonly word: string;
  readonly quoted: boolean;
}

/** Quotation marks by what opens them; an apostrophe opens nothing. */
const closing: Readonly<Record<string, string>> = {
  "'": "'",
  '"': '"',
  "`": "`",
  "“": "”",
  "„": "“”",
  "‘": "’",
  "«": "»",
};

const quotedPatterns = Object.entries(closing).map(
  ([open, close]) => `${open}([^${close}]*)[${close}]`,
);
const tokenPattern = new RegExp(
  [...quotedPatterns, String.raw`\d{1,3}(?:,\d{3})+(?![\w,])`, String.raw`[^\s,]+`, ","].join("|"),
  "g",
);

/** The words of a sentence. What stands in quotation marks is one of them, taken as it is. */
export function tokensOf(sentence: string): Token[] {
  return [...sentence.matchAll(tokenPattern)].map(([text, ...names]) => {
    const name = names.find((one) => one !== undefined);
    const quoted = name !== undefined;
    return { text: name ?? text, word: quoted ? "" : wordOf(text), quoted };
  });
}

function wordOf(text: string): string {
  return text.toLowerCase().replaceAll("’", "'");
}

/** The sentences of a text: they end with a full stop, a semicolon or the line. */
export function sentencesOf(text: string): string[] {
  const sentences = [""];
  let quote = "";
  for (const [at, character] of text.split("").entries()) {
    const opens = closing[character] !== undefined && /^[\s,]?$/.test(text[at - 1] ?? "");
    if (quote === "" && opens) quote = closing[character] ?? "";
    else if (quote.includes(character)) quote = "";
    const ends =
      /[;\n]/.test(character) || (/[.!]/.test(character) && /^\s?$/.test(text[at + 1] ?? ""));
    if (ends && quote === "") sentences.push("");
    else sentences[sentences.length - 1] += character;
  }
  return sentences.map((sentence) => sentence.trim()).filter((sentence) => sentence !== "");
}
