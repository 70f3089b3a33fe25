import { expect, test } from "vitest";
import { formatHost, hostOfUrl, parseHost } from "./host.ts";

test.each([
  ["registry.npmjs.org:443", "registry.npmjs.org", 443],
  ["Registry.NPMJS.org:443", "registry.npmjs.org", 443],
  ["localhost:4873", "localhost", 4873],
  ["xn--bcher-kva.example:80", "xn--bcher-kva.example", 80],
  ["10.0.0.7:8080", "10.0.0.7", 8080],
  ["[2001:db8::1]:443", "2001:db8::1", 443],
])("%s is one port of one host", (text, name, port) => {
  expect(parseHost(text)).toEqual({ name, port });
  expect(formatHost({ name, port })).toBe(text.toLowerCase());
});

test.each([
  ["https://Example.org/mcp", "example.org:443"],
  ["http://example.org/mcp", "example.org:80"],
  ["https://example.org:8443/", "example.org:8443"],
  ["http://[2001:db8::1]/", "[2001:db8::1]:80"],
])("%s leads to %s", (url, host) => {
  expect(formatHost(hostOfUrl(new URL(url)))).toBe(host);
});

test("without a port, the one that is asked for is meant", () => {
  expect(parseHost("example.org", 443)).toEqual({ name: "example.org", port: 443 });
  expect(parseHost("example.org")).toBeUndefined();
});

test.each([
  ["a user", "ada@example.org:443"],
  ["a user and a password", "ada:pw@example.org:443"],
  ["a trailing dot", "example.org.:443"],
  ["an empty label", "example..org:443"],
  ["a leading dot", ".example.org:443"],
  ["a label that begins with a hyphen", "-example.org:443"],
  ["a label that ends with a hyphen", "example-.org:443"],
  ["an underscore", "a_b.example.org:443"],
  ["NUL", "example.org\0.evil.org:443"],
  ["CRLF", "example.org:443\r\nHost: evil.org"],
  ["a space", "example.org :443"],
  ["a path", "example.org:443/x"],
  ["a percent sign", "example%2eorg:443"],
  ["a letter that becomes ASCII in lower case", "\u212Aernel.org:443"],
  ["a letter that is not ASCII", "b\u00FCcher.example:443"],
  ["a decimal address", "2130706433:80"],
  ["a hexadecimal address", "0x7f000001:80"],
  ["an octal address", "0177.0.0.1:80"],
  ["a short address", "127.1:80"],
  ["an address with a number too large", "127.0.0.256:80"],
  ["an address with a trailing dot", "127.0.0.1.:80"],
  ["an IPv6 address that is not in canonical form", "[0:0:0:0:0:0:0:1]:80"],
  ["an IPv6 address with a zone", "[fe80::1%25eth0]:80"],
  ["an IPv6 address without brackets", "::1:80"],
  ["port 0", "example.org:0"],
  ["a port with a leading zero", "example.org:0443"],
  ["a port past the last one", "example.org:65536"],
  ["a port that is no number", "example.org:https"],
  ["an empty port", "example.org:"],
  ["a label that is too long", `${"a".repeat(64)}.org:443`],
  ["a name that is too long", `${"a.".repeat(127)}org:443`],
  ["nothing", ""],
])("%s makes no host", (_, text) => {
  expect(parseHost(text, 443)).toBeUndefined();
});
