/**
 * A Vue or Svelte component with all that is outside of its script blocks made spaces, so that
 * every line and place stays where it is.
 */
export function scriptBlocks(text: string): string {
  const opening = /<script\b[^>]*>/gi;
  const parts: string[] = [];
  let done = 0;
  for (let tag = opening.exec(text); tag !== null; tag = opening.exec(text)) {
    const start = tag.index + tag[0].length;
    const close = text.indexOf("</script", start);
    const end = close < 0 ? text.length : close;
    // A semicolon ends what the block before may have left open.
    parts.push(blank(text.slice(done, start - 1)), ";", text.slice(start, end));
    done = end;
    opening.lastIndex = end;
  }
  return parts.join("") + blank(text.slice(done));
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}
