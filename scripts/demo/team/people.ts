/** A made-up colleague. Addresses are those kept for documentation (RFC 5737, RFC 3849) and private ones. */
export interface Person {
  key: string;
  name: string;
  email: string;
  zone: string;
  /** Address in the office. */
  office: string;
  /** Address at home or on the way. */
  home: string;
  browser: string;
  /** Share of working days spent at home, 0 to 1. */
  remote: number;
  /** Minutes after midnight at which a day usually begins. */
  begins: number;
  /** Acts of a usual working day. */
  busy: number;
  /** Share of weekend days on which they look in, 0 to 1. */
  weekends: number;
  /** Working day of the month on which they register, from 0; a fraction is the time of that day. */
  joins: number;
}

const chromeMac =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const chromeWindows =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const edgeWindows = `${chromeWindows} Edg/142.0.0.0`;
const firefoxLinux = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const firefoxWindows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";
const safariMac =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15";
const safariPhone =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1";

export const phone = safariPhone;

const person = (key: string, name: string, rest: Omit<Person, "key" | "name" | "email">): Person => ({
  key,
  name,
  email: `${key}@halden.example`,
  ...rest,
});

/** Sets the instance up and owns it. */
export const founder = person("i.berg", "Ingrid Berg", {
  zone: "Europe/Oslo",
  office: "10.20.1.2",
  home: "198.51.100.14",
  browser: safariMac,
  remote: 0.2,
  begins: 500,
  busy: 4,
  weekends: 0.2,
  joins: 0,
});

/** Somebody from outside. */
export interface Visitor {
  name: string;
  email: string;
  ip: string;
  browser: string;
}

/** They help for some days, come by whatever door is open, and go again. */
export const consultants: readonly [Visitor, Visitor] = [
  { name: "Ravi Menon", email: "r.menon@brightwater.example", ip: "198.51.100.201", browser: chromeMac },
  { name: "Lena Fuchs", email: "l.fuchs@brightwater.example", ip: "198.51.100.202", browser: firefoxWindows },
];

/** An auditor from outside, who is given an account for some days. */
export const guest = { name: "Paula Nyqvist", email: "p.nyqvist@revisor.example" };

export const colleagues: readonly Person[] = [
  person("m.solberg", "Mads Solberg", {
    zone: "Europe/Oslo",
    office: "10.20.4.31",
    home: "198.51.100.87",
    browser: firefoxLinux,
    remote: 0.25,
    begins: 495,
    busy: 8,
    weekends: 0.1,
    joins: 0.3,
  }),
  person("d.okafor", "Daniel Okafor", {
    zone: "Europe/London",
    office: "10.20.7.9",
    home: "192.0.2.44",
    browser: chromeMac,
    remote: 0.5,
    begins: 540,
    busy: 7,
    weekends: 0.3,
    joins: 0.4,
  }),
  person("t.mori", "Takumi Mori", {
    zone: "Asia/Tokyo",
    office: "10.20.52.18",
    home: "192.0.2.160",
    browser: chromeWindows,
    remote: 0.2,
    begins: 550,
    busy: 8,
    weekends: 0.25,
    joins: 1.1,
  }),
  person("a.moreau", "Amélie Moreau", {
    zone: "Europe/Paris",
    office: "10.20.12.40",
    home: "2001:db8:4f::1c",
    browser: safariMac,
    remote: 0.6,
    begins: 555,
    busy: 6,
    weekends: 0.04,
    joins: 0.5,
  }),
  person("r.petrov", "Roman Petrov", {
    zone: "Europe/Sofia",
    office: "10.20.4.18",
    home: "2001:db8:71a:9::204",
    browser: firefoxLinux,
    remote: 0.4,
    begins: 600,
    busy: 6,
    weekends: 0.2,
    joins: 1.3,
  }),
  person("l.haddad", "Layla Haddad", {
    zone: "Europe/Oslo",
    office: "10.20.3.77",
    home: "198.51.100.203",
    browser: edgeWindows,
    remote: 0.2,
    begins: 480,
    busy: 7,
    weekends: 0.03,
    joins: 0.6,
  }),
  person("e.kowalski", "Ewa Kowalski", {
    zone: "Europe/Warsaw",
    office: "10.20.9.25",
    home: "192.0.2.201",
    browser: firefoxWindows,
    remote: 0.3,
    begins: 475,
    busy: 6,
    weekends: 0.05,
    joins: 1.4,
  }),
  person("j.lindqvist", "Johan Lindqvist", {
    zone: "Europe/Stockholm",
    office: "10.20.3.61",
    home: "198.51.100.118",
    browser: edgeWindows,
    remote: 0.1,
    begins: 520,
    busy: 5,
    weekends: 0.02,
    joins: 1.5,
  }),
  person("k.oduya", "Kemi Oduya", {
    zone: "Africa/Lagos",
    office: "10.20.31.5",
    home: "192.0.2.77",
    browser: chromeWindows,
    remote: 0.3,
    begins: 490,
    busy: 8,
    weekends: 0.5,
    joins: 0.7,
  }),
  person("s.marchetti", "Sofia Marchetti", {
    zone: "Europe/Rome",
    office: "10.20.12.66",
    home: "198.51.100.171",
    browser: chromeMac,
    remote: 0.4,
    begins: 565,
    busy: 5,
    weekends: 0.04,
    joins: 2.2,
  }),
  person("b.whitaker", "Ben Whitaker", {
    zone: "America/New_York",
    office: "10.20.61.11",
    home: "2001:db8:c02:5::1d",
    browser: chromeMac,
    remote: 0.3,
    begins: 525,
    busy: 6,
    weekends: 0.06,
    joins: 1.6,
  }),
];

/** Somebody outside who tries passwords one night. */
export const stranger = { ip: "203.0.113.77", browser: "python-requests/2.32.5" };
/** Programs of the company that call the HTTP API. */
export const collector = { ip: "10.20.0.15", browser: "vector/0.50.0 (x86_64-unknown-linux-gnu)" };
export const buildServer = { ip: "10.20.7.200", browser: "curl/8.14.1" };
export const chatBot = { ip: "10.20.7.31", browser: "node" };
