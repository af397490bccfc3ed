"use client";
import * as Popover from "@radix-ui/react-popover";
import { IconButton } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";

const words: readonly (readonly [string, string])[] = [
  ["one two", "both in the same file"],
  ["one or two", "either of them"],
  ["-one", "not this"],
  ["(one or two) three", "a group"],
  ['"one two"', "as one term, with the space"],
  ["get.*User", "a regular expression (RE2), on lines and paths"],
  ["\\(", "a sign as it stands"],
];

const prefixes: readonly (readonly [string, string])[] = [
  ["file: f:", "path matches"],
  ["repo: r:", "repository name matches"],
  ["lang:", "language, such as lang:Go"],
  ["sym:", "defines a symbol of this name"],
  ["content: c:", "in the text only, not in the path"],
  ["rev: branch: b:", "on a branch or tag; rev:* on all"],
  ["case:", "yes, no or auto; auto minds case when a capital letter is typed"],
  ["archived: fork:", "yes, no or only"],
];

/** What can be written into the field, on one small page. */
export function SearchHelp() {
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <IconButton label="Query syntax">
          <Icon name="help" />
        </IconButton>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="pop cs-help"
          align="end"
          sideOffset={10}
          collisionPadding={8}
          aria-label="Query syntax"
        >
          <Rows caption="Terms" rows={words} />
          <Rows caption="Prefixes" rows={prefixes} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Rows({ caption, rows }: { caption: string; rows: readonly (readonly [string, string])[] }) {
  return (
    <table>
      <caption>{caption}</caption>
      <tbody>
        {rows.map(([written, meaning]) => (
          <tr key={written}>
            <th scope="row" className="mono">
              {written}
            </th>
            <td>{meaning}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
