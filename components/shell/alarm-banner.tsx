import Link from "next/link";
import { Icon } from "@/components/ui/icon";

export interface ShownAlarm {
  kind: string;
  title: string;
  /** What is wrong, and what to do about it. */
  text: string;
}

/** What is wrong with the log, on every page while it lasts. There is no way to put it aside but to mend it. */
export function AlarmBanner({ alarms, href }: { alarms: readonly ShownAlarm[]; href: string }) {
  if (alarms.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls when it is long, and must by keyboard too
    <section className="alarms" role="alert" aria-label="Alarms" tabIndex={0}>
      <ul>
        {alarms.map((alarm) => (
          <li key={alarm.kind}>
            <Icon name="alert" />
            <span className="[overflow-wrap:anywhere]">
              <b>{alarm.title}.</b> {alarm.text}{" "}
              <Link href={href} prefetch={false}>
                Log integrity
              </Link>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
