import { BlockList, isIP, isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";

/** Why an address may not be dialled, or `undefined`. `local`: the user's own config lists it. */
export type JudgeAddress = (address: string, where: { readonly local: boolean }) => Refusal;
export type Refusal = string | undefined;

/** Nobody serves there what commands need; cloud machines hand out their credentials. */
const never = blockList(
  ["0.0.0.0", 8],
  ["169.254.0.0", 16],
  ["168.63.129.16", 32],
  ["100.100.100.200", 32],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
  ["fd00:ec2::254", 128],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
);

const local = blockList(
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["100.64.0.0", 10],
  ["::1", 128],
  ["fc00::", 7],
);

const globalUnicast = blockList(["2000::", 3]);
/** An IPv4 address in its last four bytes, as networks with IPv6 alone write it. */
const translated = blockList(["64:ff9b::", 96]);

/**
 * The addresses of the public network, and where the user's config says so those of the user's own
 * networks and machine. What is neither is refused, so an address of a new kind is, too.
 */
export const judgeAddress: JudgeAddress = (address, where) => {
  if (isIP(address) === 0 || address.includes("%")) return "is not an address";
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  if (family === "ipv6" && translated.check(address, family)) {
    return judgeAddress(embeddedIPv4(address), where);
  }
  if (never.check(address, family)) return "is link-local, reserved or a metadata service";
  if (local.check(address, family)) return where.local ? undefined : "is loopback or private";
  if (family === "ipv6" && !globalUnicast.check(address, family)) return "is not public";
  return isOfThisMachine(address) && !where.local ? "belongs to this machine" : undefined;
};

function isOfThisMachine(address: string): boolean {
  const own = new BlockList();
  for (const { address: known, family } of Object.values(networkInterfaces()).flatMap(
    (list) => list ?? [],
  )) {
    own.addAddress(known.split("%")[0] ?? known, family === "IPv4" ? "ipv4" : "ipv6");
  }
  return own.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

function embeddedIPv4(address: string): string {
  // A URL writes the last four bytes as two groups of hexadecimal digits.
  const groups = (URL.parse(`http://[${address}]/`)?.hostname ?? "").slice(1, -1).split(":");
  const [high = 0, low = 0] = groups.slice(-2).map((group) => Number.parseInt(group || "0", 16));
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
}

function blockList(...subnets: readonly (readonly [net: string, prefix: number])[]): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of subnets) {
    list.addSubnet(net, prefix, isIPv4(net) ? "ipv4" : "ipv6");
  }
  return list;
}
