import { text } from "node:stream/consumers";
import { pageContent } from "./page-content";

/** What the process is sent on its standard input, as JSON. */
export interface PageTask {
  url: string;
  html: string;
}

/**
 * The process that reads one page: the task comes on standard input, what is on the page goes out on standard output as
 * JSON. A page that it cannot cope with ends it.
 */
export async function runPageReader(): Promise<void> {
  const { url, html } = JSON.parse(await text(process.stdin)) as PageTask;
  process.stdout.write(JSON.stringify(pageContent(html, url)));
}
