import { Icon } from "./icon";

/** The line across the top of every page of a demo instance. */
export function DemoStrip() {
  return (
    <aside className="demo-strip" aria-label="Demo">
      <Icon name="alert" />
      <span className="cut">This is a demo: people, gurus and events are made up.</span>
    </aside>
  );
}
