/** Names in a verifiable export. */
export const eventsName = "events.ndjson";
export const proofsName = "proofs.ndjson";
