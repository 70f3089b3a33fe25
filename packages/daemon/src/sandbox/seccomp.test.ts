import { expect, test } from "vitest";
import { op } from "./bpf.ts";
import { machines, seccompProgram, verdict } from "./seccomp.ts";

type Arch = keyof typeof machines;
interface Call {
  readonly number: number;
  readonly audit?: number;
  readonly args?: readonly bigint[];
}

/** Runs the bytes as the kernel would: a second reading of the format, written apart from the first. */
function judge(arch: Arch, { number, audit = machines[arch].audit, args = [] }: Call): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number >>> 0, 0);
  data.writeUInt32LE(audit, 4);
  args.forEach((value, index) => {
    data.writeBigUInt64LE(BigInt.asUintN(64, value), 16 + index * 8);
  });
  const program = seccompProgram(arch);
  let accumulator = 0;
  for (let at = 0; at < program.length; at += 8) {
    const k = program.readUInt32LE(at + 4);
    const jump = (holds: boolean) => {
      at += 8 * program.readUInt8(at + (holds ? 2 : 3));
    };
    const code = program.readUInt16LE(at);
    if (code === op.return) return k;
    if (code === op.loadWord) accumulator = data.readUInt32LE(k);
    else if (code === op.jumpIfEqual) jump(accumulator === k);
    else if (code === op.jumpIfAtLeast) jump(accumulator >= k);
    else if (code === op.jumpIfAnySet) jump((accumulator & k) !== 0);
    else throw new Error(`opcode ${code}`);
  }
  throw new Error("the program has no end");
}

const architectures = ["x64", "arm64"] as const;

test.each(architectures)("%s: each denied call is refused and its neighbours are not", (arch) => {
  const { calls } = machines[arch];
  const special = Object.values(calls).flat();
  for (const number of calls.denied) expect(judge(arch, { number })).toBe(verdict.eperm);
  for (let number = 0; number < 500; number++) {
    if (!special.includes(number)) expect(judge(arch, { number })).toBe(verdict.allow);
  }
});

test.each(architectures)("%s: clone may make threads and processes but no namespace", (arch) => {
  const number = machines[arch].calls.clone;
  const sigchld = 17n;
  expect(judge(arch, { number, args: [sigchld] })).toBe(verdict.allow);
  expect(judge(arch, { number, args: [0x3d0f00n] })).toBe(verdict.allow);
  for (const bit of [17n, 25n, 26n, 27n, 28n, 29n, 30n]) {
    expect(judge(arch, { number, args: [sigchld | (1n << bit)] })).toBe(verdict.eperm);
  }
  expect(judge(arch, { number: machines[arch].calls.clone3 })).toBe(verdict.enosys);
});

test.each(architectures)(
  "%s: nothing can be typed into a terminal, whatever the high bits",
  (arch) => {
    const number = machines[arch].calls.ioctl;
    for (const request of [0x5412n, 0x541cn, 0x1_0000_5412n, -4294945774n]) {
      expect(judge(arch, { number, args: [0n, request] })).toBe(verdict.eperm);
    }
    expect(judge(arch, { number, args: [0n, 0x5413n] })).toBe(verdict.allow);
  },
);

test.each(architectures)("%s: only unix, inet and netlink sockets can be made", (arch) => {
  const { socket, socketpair } = machines[arch].calls;
  for (let family = 0; family < 64; family++) {
    const expected = [1, 2, 10, 16].includes(family) ? verdict.allow : verdict.eperm;
    for (const number of [socket, socketpair]) {
      expect(judge(arch, { number, args: [BigInt(family)] })).toBe(expected);
      expect(judge(arch, { number, args: [BigInt(family) | (1n << 40n)] })).toBe(expected);
    }
  }
});

test.each(architectures)("%s: memory outside of every process stays small", (arch) => {
  const { memfdCreate, shmget } = machines[arch].calls;
  expect(judge(arch, { number: memfdCreate })).toBe(verdict.enosys);
  expect(judge(arch, { number: shmget, args: [0n, 65_536n] })).toBe(verdict.allow);
  for (const size of [65_537n, 1n << 32n, (1n << 32n) + 1n]) {
    expect(judge(arch, { number: shmget, args: [0n, size] })).toBe(verdict.eperm);
  }
});

test("a call of another architecture kills, and one of the x32 ABI is refused", () => {
  const i386 = 0x40000003;
  expect(judge("x64", { number: 0, audit: i386 })).toBe(verdict.killProcess);
  expect(judge("arm64", { number: 0, audit: machines.x64.audit })).toBe(verdict.killProcess);
  expect(judge("x64", { number: 0x40000000 + 41, args: [1n] })).toBe(verdict.eperm);
});

test("an architecture without a filter is refused", () => {
  expect(() => seccompProgram("riscv64")).toThrow("riscv64");
});
