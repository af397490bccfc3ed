import type { DatabaseRoles, Keys } from "@/lib/platform/runtime";

/** What the global setup hands to the test workers. All of it is plain data. */
interface TestServer {
  /** Superuser, database `postgres`. */
  readonly adminUrl: string;
  /** Database that each test database is a copy of. */
  readonly template: string;
  readonly roles: DatabaseRoles;
  readonly rolePasswords: Keys["rolePasswords"];
}

declare module "vitest" {
  export interface ProvidedContext {
    testServer: TestServer;
  }
}
