import { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { judgeAddress } from "./addresses.ts";

const anywhere = { local: false };
const listed = { local: true };

test.each(["1.1.1.1", "104.16.3.35", "172.32.0.1", "100.128.0.1", "2606:4700::6810:323"])(
  "%s is public",
  (address) => {
    expect(judgeAddress(address, anywhere)).toBeUndefined();
  },
);

const own = [
  "127.0.0.1",
  "127.255.255.254",
  "10.1.2.3",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "100.64.0.1",
  "100.127.255.255",
  "::1",
  "fd12:3456::1",
  "64:ff9b::7f00:1",
  "64:ff9b::a01:203",
];
test.each(own)("%s is dialled only where the user's config lists the host", (address) => {
  expect(judgeAddress(address, anywhere)).toBeTypeOf("string");
  expect(judgeAddress(address, listed)).toBeUndefined();
});

describe("never dialled, whatever the config lists:", () => {
  test.each([
    "0.0.0.0",
    "0.1.2.3",
    "169.254.169.254",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.2.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "::7f00:1",
    "::ffff:169.254.169.254",
    "not an address",
    "",
  ])("%s", (address) => {
    expect(judgeAddress(address, listed)).toBeTypeOf("string");
  });
});

test.each(["::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1"])(
  "%s is what it stands for, and no way around",
  (address) => {
    expect(judgeAddress(address, anywhere)).toBeTypeOf("string");
  },
);

test("this machine's own addresses are not public", () => {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  for (const { address } of addresses) {
    expect(judgeAddress(address, anywhere)).toBeTypeOf("string");
  }
  expect(addresses).not.toEqual([]);
});
