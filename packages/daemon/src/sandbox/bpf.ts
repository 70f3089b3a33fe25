import { endianness } from "node:os";

/** One instruction of classic BPF, as `struct sock_filter`. */
export interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** The opcodes that a seccomp filter here is made of. */
export const op = {
  loadWord: 0x20,
  jumpIfEqual: 0x15,
  jumpIfAtLeast: 0x35,
  jumpIfAnySet: 0x45,
  return: 0x06,
} as const;

/** Loads a 32-bit word of `struct seccomp_data`. */
export function load(offset: number): Instruction {
  return { code: op.loadWord, jt: 0, jf: 0, k: offset };
}

export function give(verdict: number): Instruction {
  return { code: op.return, jt: 0, jf: 0, k: verdict };
}

type Jump = typeof op.jumpIfEqual | typeof op.jumpIfAtLeast | typeof op.jumpIfAnySet;

/** Runs `block` only when the comparison holds, and otherwise goes on behind it. */
export function when(code: Jump, k: number, block: readonly Instruction[]): Instruction[] {
  if (block.length > 255) throw new RangeError(`a jump over ${block.length} instructions`);
  return [{ code, jt: 0, jf: block.length, k }, ...block];
}

/** Runs `block` unless the comparison holds. */
export function unless(code: Jump, k: number, block: readonly Instruction[]): Instruction[] {
  if (block.length > 255) throw new RangeError(`a jump over ${block.length} instructions`);
  return [{ code, jt: block.length, jf: 0, k }, ...block];
}

/** The program as the kernel reads it: 8 bytes an instruction, in the machine's byte order. */
export function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  const little = endianness() === "LE";
  program.forEach(({ code, jt, jf, k }, index) => {
    const at = index * 8;
    if (little) bytes.writeUInt16LE(code, at);
    else bytes.writeUInt16BE(code, at);
    bytes.writeUInt8(jt, at + 2);
    bytes.writeUInt8(jf, at + 3);
    if (little) bytes.writeUInt32LE(k >>> 0, at + 4);
    else bytes.writeUInt32BE(k >>> 0, at + 4);
  });
  return bytes;
}
