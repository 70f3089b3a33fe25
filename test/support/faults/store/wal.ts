const headerBytes = 32;
const frameHeaderBytes = 24;

export interface WalFrame {
  readonly page: number;
  /** Where the frame ends in the file. */
  readonly end: number;
  readonly commits: boolean;
}

/** The frames of a write-ahead log that belong to its present round, in order. */
export function walFrames(wal: Buffer): WalFrame[] {
  if (wal.length < headerBytes) return [];
  const frameBytes = frameHeaderBytes + wal.readUInt32BE(8);
  const salt = wal.subarray(16, 24);
  const frames: WalFrame[] = [];
  for (let at = headerBytes; at + frameBytes <= wal.length; at += frameBytes) {
    if (!wal.subarray(at + 8, at + 16).equals(salt)) break;
    const [page, size] = [wal.readUInt32BE(at), wal.readUInt32BE(at + 4)];
    frames.push({ page, end: at + frameBytes, commits: size > 0 });
  }
  return frames;
}
