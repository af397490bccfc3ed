import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { rateKeyOfAddress, resolveClientAddress } from "./client-ip";
import { parseAddress } from "./ip-address";
import { isTrusted, parseTrustedProxies } from "./trusted-proxies";

const NOBODY = parseTrustedProxies("");
const PROXIES = parseTrustedProxies("10.0.0.0/8, 2001:db8:ffff::/48");
const RUNS = { numRuns: propertyRuns(2_000) };

const resolve = (socketAddress: string, forwardedFor: string | string[] | undefined, trusted = PROXIES) =>
  resolveClientAddress({ socketAddress, forwardedFor, trusted });

const octet = fc.integer({ min: 0, max: 255 });
const publicIpv4 = fc.tuple(fc.integer({ min: 11, max: 223 }), octet, octet, octet).map((o) => o.join("."));
const proxyIpv4 = fc.tuple(octet, octet, octet).map((o) => `10.${o.join(".")}`);
const group = fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16));
const publicIpv6 = fc.tuple(group, group, group, group).map((g) => `2600:1:2:3:${g.join(":")}`);
const proxyIpv6 = fc.tuple(group, group).map((g) => `2001:db8:ffff::${g.join(":")}`);

/** The ways in which proxies and sockets write one and the same address. */
const dressed = (address: fc.Arbitrary<string>) =>
  fc
    .tuple(address, fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 65_535 }))
    .map(([ip, how, port]) => {
      const ipv4 = isIP(ip) === 4;
      if (how === 1) return ipv4 ? `${ip}:${port}` : `[${ip}]:${port}`;
      if (how === 2) return ipv4 ? `::ffff:${ip}` : `[${ip}]`;
      if (how === 3) return ipv4 ? `[::FFFF:${ip}]:${port}` : `${ip}%eth0`;
      return how === 4 ? ` ${ip}\t` : ip;
    });
const nonsense = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.constantFrom(
    "",
    "unknown",
    "_hidden",
    "1.2.3",
    "0x7f.1",
    "017.0.0.1",
    "1.2.3.4.5",
    "256.1.1.1",
    "1.2.3.4:99999",
    "[::1",
    "::1]:80",
    "fe80::1%",
    "1::2::3",
    "::1.2.3.4",
    "for=1.2.3.4",
    "127.0.0.1\u0000",
    "１.２.３.４",
    "%eth0",
    "localhost",
  ),
);
const peer = fc.oneof(publicIpv4, publicIpv6);
const proxy = fc.oneof(proxyIpv4, proxyIpv6);
const hostileHeader = fc
  .array(fc.oneof(dressed(peer), dressed(proxy), nonsense), { maxLength: 30 })
  .map((hops) => hops.join(","));

const canonical = (text: string) => parseAddress(text.trim())?.toString();
const isCanonical = (ip: string) => isIP(ip) !== 0 && !ip.includes("%") && canonical(ip) === ip;

describe("client address, whatever the header says", () => {
  it("is the socket's for every peer that is no trusted proxy", () => {
    fc.assert(
      fc.property(dressed(peer), fc.oneof(hostileHeader, fc.array(hostileHeader)), (socket, header) => {
        expect(resolve(socket.trim(), header)).toBe(canonical(socket));
        expect(resolve(socket.trim(), header, NOBODY)).toBe(canonical(socket));
      }),
      RUNS,
    );
  });

  it("is always one canonical address", () => {
    fc.assert(
      fc.property(dressed(fc.oneof(peer, proxy)), hostileHeader, (socket, header) => {
        expect(resolve(socket.trim(), header)).toSatisfy(isCanonical);
      }),
      RUNS,
    );
  });

  it("is the first untrusted hop from the right, and nothing left of it changes that", () => {
    fc.assert(
      fc.property(
        proxy,
        hostileHeader,
        dressed(peer),
        fc.array(dressed(proxy), { maxLength: 20 }),
        (socket, lies, client, chain) => {
          const header = [lies, client, ...chain].join(",");
          expect(resolve(socket, header)).toBe(canonical(client));
          expect(resolve(socket, header.split(","))).toBe(canonical(client));
        },
      ),
      RUNS,
    );
  });

  it("is the socket's when a hop that is not an address comes before the first untrusted one", () => {
    const noAddress = nonsense.filter(
      (text) => !text.includes(",") && !canonical(text) && text.trim() !== "",
    );
    fc.assert(
      fc.property(proxy, hostileHeader, noAddress, fc.array(proxy), (socket, lies, bad, chain) => {
        expect(resolve(socket, [lies, bad, ...chain].join(","))).toBe(canonical(socket));
      }),
      RUNS,
    );
  });
});

describe("client address, case by case", () => {
  it.each([
    ["no header", undefined, "10.0.0.1"],
    ["an empty header", " ", "10.0.0.1"],
    ["a port", "1.2.3.4:567", "1.2.3.4"],
    ["brackets and a port", "[2600::1]:80", "2600::1"],
    ["a zone", "fe80::1%eth0", "fe80::1"],
    ["IPv4 mapped into IPv6", "::ffff:1.2.3.4", "1.2.3.4"],
    ["IPv4 mapped, in hexadecimal", "::ffff:102:304", "1.2.3.4"],
    ["capitals and zeroes", "2600:0:0:0:0:0:0:ABCD", "2600::abcd"],
    ["only proxies: the leftmost", "10.9.9.9, 10.8.8.8", "10.9.9.9"],
    ["an empty hop", "1.2.3.4, , 10.0.0.2", "10.0.0.1"],
    ["a leading comma", ",10.0.0.2", "10.0.0.1"],
    ["a trailing comma", "1.2.3.4,", "10.0.0.1"],
    ["an old IPv4-compatible address", "::1.2.3.4", "10.0.0.1"],
    ["a port that is none", "1.2.3.4:70000", "10.0.0.1"],
  ])("%s", (_name, header, expected) => {
    expect(resolve("::ffff:10.0.0.1", header)).toBe(expected);
  });

  it("looks at no more than 100 hops, and fast", () => {
    const chain = (hops: number) => ["1.2.3.4", ...Array<string>(hops).fill("10.0.0.2")].join(", ");
    expect(resolve("10.0.0.1", chain(99))).toBe("1.2.3.4");
    expect(resolve("10.0.0.1", chain(1_000))).toBe("10.0.0.1");
    const started = performance.now();
    for (let i = 0; i < 100; i += 1) resolve("10.0.0.1", chain(1_000));
    expect((performance.now() - started) / 100).toBeLessThan(20);
  });

  it("refuses a socket address that is none", () => {
    expect(() => resolve("", undefined)).toThrow("no IP address");
  });
});

describe("trusted proxies", () => {
  it.each([
    "10.0.0.0/33",
    "nonsense",
    "1/8",
    "10.0.0.0/8/8",
    "10.0.0.0/",
    "fe80::%eth0/64",
    "::ffff:0:0/64",
    "2001:db8::/129",
  ])("names the entry that is no network: %s", (entry) => {
    expect(() => parseTrustedProxies(`127.0.0.1, ${entry}`)).toThrow(JSON.stringify(entry));
  });

  it("takes plain addresses, mapped networks and empty entries", () => {
    const trusted = parseTrustedProxies(" 192.0.2.1 ,, ::ffff:10.0.0.0/104,2001:db8::1");
    const trusts = (ip: string) => {
      const address = parseAddress(ip);
      return address !== null && isTrusted(trusted, address);
    };
    expect(["192.0.2.1", "10.200.0.1", "::ffff:10.1.1.1", "2001:db8::1"].map(trusts)).not.toContain(false);
    expect(["192.0.2.2", "11.0.0.1", "2001:db8::2", "::1"].map(trusts)).not.toContain(true);
  });
});

describe("rate key", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["::1", "::/64"],
  ])("of %s is %s", (ip, key) => expect(rateKeyOfAddress(ip)).toBe(key));

  it("is the same for a whole /64 and another for the next", () => {
    fc.assert(
      fc.property(group, group, (a, b) => {
        expect(rateKeyOfAddress(`2600:1:2:3:${a}::${b}`)).toBe("2600:1:2:3::/64");
        expect(rateKeyOfAddress(`2600:1:2:4:${a}::${b}`)).toBe("2600:1:2:4::/64");
      }),
    );
  });
});
