import { describe, expect, it } from "vitest";
import {
  type GuruStanding,
  mayInOrganization,
  mayOnGuru,
  type Permission,
  permissionMatrix,
} from "./permissions";
import {
  type ApiKeyPrincipal,
  anonymousPrincipal,
  type OrgRole,
  type Principal,
  type Scope,
  systemPrincipal,
  type UserPrincipal,
} from "./principal";

// Written out, so that whoever changes what a role may do changes a line here, too.
const ofTheOrganization = `
  permission            owner auditor member removed
  audit:read-global     yes   yes     -      -
  audit:export-global   yes   yes     -      -
  audit:read-proofs     yes   yes     -      -
  audit:delete-views    yes   -       -      -
  audit:verify          yes   yes     -      -
  audit:adopt-origin    yes   -       -      -
  audit:erase-person    yes   -       -      -
  api-key:own           yes   yes     yes    -
  api-key:all           yes   -       -      -
  members:manage        yes   -       -      -
  members:leave         -     yes     yes    -
  organization:update   yes   -       -      -
  organization:transfer yes   -       -      -
  users:manage          yes   -       -      -
  activity:own          yes   yes     yes    -
  account:own           yes   yes     yes    yes
  factor:own            yes   yes     yes    yes
  password:change-own   yes   yes     yes    yes
  code:search           yes   yes     yes    -
  guru:create           yes   -       yes    -
  guru:list             yes   -       yes    -
  guru:ask              -     -       -      -
  guru:see              -     -       -      -
  guru:update           -     -       -      -
  guru:delete           -     -       -      -
  team:read             -     -       -      -
  team:change           -     -       -      -
  datasource:read       -     -       -      -
  datasource:change     -     -       -      -
  secret:manage         -     -       -      -
  integration:manage    -     -       -      -
  backfill-job:manage   -     -       -      -
  widget:manage         -     -       -      -
  excel-job:manage      -     -       -      -
  analytics:read        -     -       -      -
  audit:read-guru       -     -       -      -
  audit:export-guru     -     -       -      -`;

const onOneGuru = `
  permission            maintainer viewer visitor none
  audit:read-global     -          -      -       -
  audit:export-global   -          -      -       -
  audit:read-proofs     -          -      -       -
  audit:delete-views    -          -      -       -
  audit:verify          -          -      -       -
  audit:adopt-origin    -          -      -       -
  audit:erase-person    -          -      -       -
  api-key:own           -          -      -       -
  api-key:all           -          -      -       -
  members:manage        -          -      -       -
  members:leave         -          -      -       -
  organization:update   -          -      -       -
  organization:transfer -          -      -       -
  users:manage          -          -      -       -
  activity:own          -          -      -       -
  account:own           -          -      -       -
  factor:own            -          -      -       -
  password:change-own   -          -      -       -
  code:search           -          -      -       -
  guru:create           -          -      -       -
  guru:list             -          -      -       -
  guru:ask              yes        yes    yes     -
  guru:see              yes        yes    yes     -
  guru:update           yes        -      -       -
  guru:delete           yes        -      -       -
  team:read             yes        -      -       -
  team:change           yes        -      -       -
  datasource:read       yes        -      -       -
  datasource:change     yes        -      -       -
  secret:manage         yes        -      -       -
  integration:manage    yes        -      -       -
  backfill-job:manage   yes        -      -       -
  widget:manage         yes        -      -       -
  excel-job:manage      yes        -      -       -
  analytics:read        yes        -      -       -
  audit:read-guru       yes        -      -       -
  audit:export-guru     yes        -      -       -`;

/** A key of the owner, who stands as maintainer everywhere; `all`: a key without scopes. */
const byKeyOfTheOwner = `
  permission            all  audit:read search gurus
  audit:read-global     yes  yes        -      -
  audit:export-global   yes  yes        -      -
  audit:read-proofs     yes  yes        -      -
  audit:delete-views    yes  -          -      -
  audit:verify          yes  -          -      -
  audit:adopt-origin    yes  -          -      -
  audit:erase-person    yes  -          -      -
  api-key:own           yes  -          -      -
  api-key:all           yes -          -      -
  members:manage        yes -          -      -
  members:leave         -   -          -      -
  organization:update   yes -          -      -
  organization:transfer yes -          -      -
  users:manage          yes -          -      -
  activity:own          yes -          -      -
  account:own           yes -          -      -
  factor:own            yes -          -      -
  password:change-own   yes  -          -      -
  code:search           yes  -          yes    -
  guru:create           yes  -          -      yes
  guru:list             yes  -          -      yes
  guru:ask              yes  -          -      yes
  guru:see              yes  -          -      yes
  guru:update           yes  -          -      yes
  guru:delete           yes  -          -      yes
  team:read             yes  -          -      yes
  team:change           yes  -          -      yes
  datasource:read       yes  -          -      yes
  datasource:change     yes  -          -      yes
  secret:manage         yes  -          -      yes
  integration:manage    yes  -          -      yes
  backfill-job:manage   yes  -          -      yes
  widget:manage         yes  -          -      yes
  excel-job:manage      yes  -          -      yes
  analytics:read        yes  -          -      yes
  audit:read-guru       yes  yes        -      -
  audit:export-guru     yes  yes        -      -`;

type Cell = { permission: Permission; column: string; may: boolean };

function cells(table: string): Cell[] {
  const [head = [], ...lines] = table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  return lines.flatMap(([permission, ...answers]) =>
    answers.map((answer, at) => ({
      permission: permission as Permission,
      column: head[at + 1] ?? "",
      may: answer === "yes",
    })),
  );
}

function person(role: OrgRole | null): UserPrincipal {
  const names = { accountId: "a", email: "a@halden.example", name: "A", sessionHash: "", timeZone: "UTC" };
  return { kind: "user", orgId: 1, role, mustChangePassword: false, mustEnrolFactor: false, ...names };
}

function key(role: OrgRole | null, scopes: Scope[]): ApiKeyPrincipal {
  return {
    kind: "api_key",
    keyId: "k",
    keyName: "k",
    scopes,
    accountId: "a",
    email: "a@halden.example",
    orgId: 1,
    role,
  };
}

it.each([ofTheOrganization, onOneGuru, byKeyOfTheOwner])("each permission stands in the table", (table) => {
  const listed = new Set(cells(table).map((cell) => cell.permission));
  expect([...listed].sort()).toEqual(Object.keys(permissionMatrix).sort());
});

describe("roles of the organization", () => {
  it.each(cells(ofTheOrganization))("$permission: $column $may", ({ permission, column, may }) => {
    const role = column === "removed" ? null : (column as OrgRole);
    expect(mayInOrganization(person(role), permission)).toBe(may);
    expect(mayInOrganization(key(role, []), permission)).toBe(may);
  });
});

describe("standing to one guru", () => {
  it.each(cells(onOneGuru))("$permission: $column $may", ({ permission, column, may }) => {
    const standing = column === "none" ? null : (column as GuruStanding);
    expect(mayOnGuru(person("member"), permission, standing)).toBe(may);
    expect(mayOnGuru(key("member", []), permission, standing)).toBe(may);
  });
});

describe("scopes of a key", () => {
  it.each(cells(byKeyOfTheOwner))("$permission: $column $may", ({ permission, column, may }) => {
    const scopes = column === "all" ? [] : [column as Scope];
    const by = key("owner", scopes);
    expect(mayInOrganization(by, permission) || mayOnGuru(by, permission, "maintainer")).toBe(may);
  });

  it("never give more than the owner of the key has", () => {
    for (const { permission, column, may } of cells(ofTheOrganization)) {
      const role = column === "removed" ? null : (column as OrgRole);
      if (!may)
        expect(mayInOrganization(key(role, ["audit:read", "search", "gurus"]), permission)).toBe(false);
    }
  });

  it("add up", () => {
    const by = key("owner", ["audit:read", "gurus"]);
    expect([mayInOrganization(by, "audit:read-global"), mayInOrganization(by, "guru:create")]).toEqual([
      true,
      true,
    ]);
  });
});

describe("nobody and System", () => {
  const permissions = Object.keys(permissionMatrix) as Permission[];
  const may = (principal: Principal, permission: Permission) =>
    mayInOrganization(principal, permission) || mayOnGuru(principal, permission, "maintainer");

  it("who is not signed in may nothing; background work of ours may all", () => {
    expect(permissions.filter((permission) => may(anonymousPrincipal, permission))).toEqual([]);
    expect(permissions.filter((permission) => !may(systemPrincipal, permission))).toEqual([]);
  });
});

describe("somebody who must set up a second factor first", () => {
  it("may do that and change their password, and nothing else by any door until then", () => {
    const permissions = Object.keys(permissionMatrix) as Permission[];
    for (const role of ["owner", "auditor", "member"] as const) {
      const held = { ...person(role), mustEnrolFactor: true };
      const may = permissions.filter((p) => mayInOrganization(held, p) || mayOnGuru(held, p, "maintainer"));
      expect([role, may.sort()]).toEqual([role, ["factor:own", "password:change-own"]]);
      const both = { ...held, mustChangePassword: true };
      expect(permissions.filter((p) => mayInOrganization(both, p))).toEqual(["password:change-own"]);
    }
  });
});

describe("somebody whose password was given to them", () => {
  it("may choose their own, and nothing else by any door until then", () => {
    const permissions = Object.keys(permissionMatrix) as Permission[];
    for (const role of ["owner", "auditor", "member"] as const) {
      const given = { ...person(role), mustChangePassword: true };
      const may = permissions.filter((p) => mayInOrganization(given, p) || mayOnGuru(given, p, "maintainer"));
      expect([role, may]).toEqual([role, ["password:change-own"]]);
    }
  });
});
