import { DaemonError } from "@heddle/protocol";
import { assemble, give, type Instruction, load, op, unless, when } from "./bpf.ts";

export const verdict = {
  allow: 0x7fff0000,
  killProcess: 0x80000000,
  eperm: 0x00050001,
  enosys: 0x00050026,
} as const;

/** Offsets in `struct seccomp_data`; where the kernel takes an `int`, the low word is the argument. */
const field = {
  number: 0,
  arch: 4,
  argument: (index: number) => 16 + index * 8,
  highArgument: (index: number) => 20 + index * 8,
};

interface Machine {
  readonly audit: number;
  /** Calls from this number on belong to another ABI (x32). */
  readonly foreignFrom?: number;
  readonly calls: Calls;
}

interface Calls {
  readonly clone: number;
  readonly clone3: number;
  readonly ioctl: number;
  readonly socket: number;
  readonly socketpair: number;
  readonly memfdCreate: number;
  readonly shmget: number;
  readonly denied: readonly number[];
}

/** Numbers that all architectures share: mount family, io_uring, pidfd_getfd, clone3. */
const common = {
  clone3: 435,
  openTree: 428,
  moveMount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  fspick: 433,
  mountSetattr: 442,
  openTreeAttr: 467,
  ioUringSetup: 425,
  ioUringEnter: 426,
  ioUringRegister: 427,
  pidfdGetfd: 438,
  memfdSecret: 447,
} as const;
const { clone3, ...commonDenied } = common;

const x64Denied = {
  mount: 165,
  umount2: 166,
  pivotRoot: 155,
  chroot: 161,
  setns: 308,
  unshare: 272,
  ptrace: 101,
  processVmReadv: 310,
  processVmWritev: 311,
  bpf: 321,
  perfEventOpen: 298,
  userfaultfd: 323,
  addKey: 248,
  requestKey: 249,
  keyctl: 250,
  nameToHandleAt: 303,
  openByHandleAt: 304,
} as const;

const arm64Denied: Readonly<Record<keyof typeof x64Denied, number>> = {
  mount: 40,
  umount2: 39,
  pivotRoot: 41,
  chroot: 51,
  setns: 268,
  unshare: 97,
  ptrace: 117,
  processVmReadv: 270,
  processVmWritev: 271,
  bpf: 280,
  perfEventOpen: 241,
  userfaultfd: 282,
  addKey: 217,
  requestKey: 218,
  keyctl: 219,
  nameToHandleAt: 264,
  openByHandleAt: 265,
};

export const machines = {
  x64: {
    audit: 0xc000003e,
    foreignFrom: 0x40000000,
    calls: {
      clone: 56,
      clone3,
      ioctl: 16,
      socket: 41,
      socketpair: 53,
      memfdCreate: 319,
      shmget: 29,
      denied: [...Object.values(x64Denied), ...Object.values(commonDenied)],
    },
  },
  arm64: {
    audit: 0xc00000b7,
    calls: {
      clone: 220,
      clone3,
      ioctl: 29,
      socket: 198,
      socketpair: 199,
      memfdCreate: 279,
      shmget: 194,
      denied: [...Object.values(arm64Denied), ...Object.values(commonDenied)],
    },
  },
} as const satisfies Record<string, Machine>;

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const namespaceFlags = 0x7e020000;
/** The kernel has at most 4096 segments in a box, so together they stay below 256 MiB. */
const largestSegment = 64 * 1024;
const terminalInjection = [0x5412, 0x541c];
/** unix, inet, inet6, netlink. */
const socketFamilies = [1, 2, 10, 16];

/**
 * The filter as the kernel loads it. clone3 answers ENOSYS, because its flags lie in memory that a
 * filter cannot read; C libraries then fall back to clone. Memory that no process needs to map, and
 * that the watchdog so does not see, is bounded: memfd_create answers ENOSYS, which programs take for
 * an old kernel, and System V segments are small.
 */
export function seccompProgram(arch: string): Buffer {
  if (arch === "x64" || arch === "arm64") return assemble(instructions(machines[arch]));
  throw new DaemonError(
    "sandboxUnavailable",
    `no system call filter for the ${arch} architecture: use an x64 or arm64 machine`,
  );
}

function instructions({ audit, foreignFrom, calls }: Machine): Instruction[] {
  const eperm = [give(verdict.eperm)];
  return [
    load(field.arch),
    ...unless(op.jumpIfEqual, audit, [give(verdict.killProcess)]),
    load(field.number),
    ...(foreignFrom === undefined ? [] : when(op.jumpIfAtLeast, foreignFrom, eperm)),
    ...calls.denied.flatMap((call) => when(op.jumpIfEqual, call, eperm)),
    ...[calls.clone3, calls.memfdCreate].flatMap((call) =>
      when(op.jumpIfEqual, call, [give(verdict.enosys)]),
    ),
    ...when(op.jumpIfEqual, calls.shmget, [
      load(field.highArgument(1)),
      ...unless(op.jumpIfEqual, 0, eperm),
      load(field.argument(1)),
      ...when(op.jumpIfAtLeast, largestSegment + 1, eperm),
      give(verdict.allow),
    ]),
    ...when(op.jumpIfEqual, calls.clone, [
      load(field.argument(0)),
      ...when(op.jumpIfAnySet, namespaceFlags, eperm),
      give(verdict.allow),
    ]),
    ...when(op.jumpIfEqual, calls.ioctl, [
      load(field.argument(1)),
      ...terminalInjection.flatMap((request) => when(op.jumpIfEqual, request, eperm)),
      give(verdict.allow),
    ]),
    ...[calls.socket, calls.socketpair].flatMap((call) =>
      when(op.jumpIfEqual, call, [
        load(field.argument(0)),
        ...socketFamilies.flatMap((f) => when(op.jumpIfEqual, f, [give(verdict.allow)])),
        ...eperm,
      ]),
    ),
    give(verdict.allow),
  ];
}
