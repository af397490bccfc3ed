import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { AddressGuard } from "./address-guard";

const guard = new AddressGuard("");

describe("an address that is fetched from", () => {
  it.each(["93.184.215.14", "1.1.1.1", "192.167.255.255", "2606:4700:4700::1111", "2a00:1450::5"])(
    "%s is public",
    (address) => expect(guard.standing(address)).toBe("public"),
  );

  it.each([
    ["loopback", "127.0.0.1"],
    ["loopback's last", "127.255.255.254"],
    ["this network", "0.0.0.0"],
    ["this network's last", "0.255.255.255"],
    ["private", "10.1.2.3"],
    ["private", "172.31.255.255"],
    ["private", "192.168.0.1"],
    ["link-local", "169.254.1.1"],
    ["metadata of clouds", "169.254.169.254"],
    ["metadata of another cloud", "100.100.100.200"],
    ["shared by a provider (CGNAT)", "100.64.0.1"],
    ["benchmarks", "198.18.0.1"],
    ["documentation", "192.0.2.1"],
    ["protocol assignments", "192.0.0.192"],
    ["multicast", "224.0.0.1"],
    ["reserved", "240.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["loopback", "::1"],
    ["unspecified", "::"],
    ["IPv4 in IPv6", "::ffff:127.0.0.1"],
    ["IPv4 in IPv6, in hexadecimal", "::ffff:7f00:1"],
    ["IPv4-compatible", "::127.0.0.1"],
    ["IPv4-compatible, in hexadecimal", "::7f00:1"],
    ["IPv4-translated", "::ffff:0:127.0.0.1"],
    ["NAT64", "64:ff9b::7f00:1"],
    ["NAT64 of a site", "64:ff9b:1::7f00:1"],
    ["6to4", "2002:7f00:1::"],
    ["Teredo", "2001:0:7f00:1::"],
    ["unique local", "fc00::1"],
    ["metadata of a cloud by IPv6", "fd00:ec2::254"],
    ["link-local with its zone", "fe80::1%eth0"],
    ["site-local", "fec0::1"],
    ["multicast", "ff02::1"],
    ["documentation", "2001:db8::1"],
    ["discard", "100::1"],
    ["no address", "localhost"],
    ["decimal", "2130706433"],
    ["octal", "0177.0.0.1"],
    ["hexadecimal", "0x7f.0.0.1"],
    ["shortened", "127.1"],
    ["nothing", ""],
  ])("never is of %s: %s", (_, address) => expect(guard.standing(address)).toBe("closed"));

  it("is open where its range was opened, as IPv4 in IPv6 too, and nowhere beside it", () => {
    const opened = new AddressGuard("10.1.0.0/16, fd00:1::/32");
    for (const address of ["10.1.255.255", "::ffff:10.1.0.1", "fd00:1::5"])
      expect(opened.standing(address), address).toBe("open");
    for (const address of ["10.2.0.0", "10.0.255.255", "127.0.0.1", "fd00:2::5"])
      expect(opened.standing(address), address).toBe("closed");
  });

  it("is the same in each of the ways in which IPv6 writes it", () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const short = groups.map((g) => g.toString(16)).join(":");
        const long = groups.map((g) => g.toString(16).padStart(4, "0").toUpperCase()).join(":");
        expect(guard.standing(long)).toBe(guard.standing(short));
      }),
      { numRuns: propertyRuns(300) },
    );
  });

  it("of IPv4 has one standing, plain or inside of IPv6", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(guard.standing(`::ffff:${address}`)).toBe(guard.standing(address));
        expect(guard.standing(`::${address}`)).toBe("closed");
      }),
      { numRuns: propertyRuns(300) },
    );
  });
});

it("a range that is none is refused at the start", () => {
  for (const wrong of ["10.0.0.0/33", "intranet", "::ffff:0:0/90"])
    expect(() => new AddressGuard(wrong)).toThrow("is not a network");
});
