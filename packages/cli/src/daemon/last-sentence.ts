/** What a process that failed had to say: its last line, or the error above a stack. */
export function lastSentence(stderr: string): string | undefined {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const error = lines.findLast((line) => /^(heddle: )?\w*Error\b.*: /.test(line));
  const line = lines.some(isFrame) && error ? error : lines.at(-1);
  return line?.trim().replace(/^(heddle: )?(\w*Error( \[\w+\])?: )?/, "");
}

function isFrame(line: string): boolean {
  return /^\s+at .+:\d+:\d+\)?$/.test(line);
}
