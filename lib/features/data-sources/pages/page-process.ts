import { type PageContent, pageContent } from "./page-content";
import { tasksIn } from "./page-frame";

/** What the process says to each page that it is sent. */
export interface PageAnswer {
  content: PageContent;
  /** Seconds that the process has computed since it began, on all cores together. */
  computedS: number;
}

/**
 * The process that reads pages, one after the other: tasks come on standard input, framed; what is on the pages goes
 * out on standard output, each a line of JSON. A page that it cannot cope with ends it, and so does the end of its input, also when
 * whoever started it is gone.
 */
export async function runPageReader(): Promise<void> {
  for await (const { url, html } of tasksIn(process.stdin)) {
    const content = pageContent(html, url);
    const { user, system } = process.cpuUsage();
    const answer: PageAnswer = { content, computedS: (user + system) / 1e6 };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}
