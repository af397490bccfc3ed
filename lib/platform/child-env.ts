const passed = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"];
/** As PGSSLMODE or PGSSLROOTCERT. */
const ofDatabase = "PGSSL";

/**
 * The environment of a process of ours that reaches the database: nothing of ours, but by what certificates and names a
 * database elsewhere is reached. Secrets never go this way: other users of the machine can see it.
 */
export function childEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([name]) => passed.includes(name) || name.startsWith(ofDatabase));
  return { ...Object.fromEntries(own), NODE_ENV: "production" };
}
