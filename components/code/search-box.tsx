"use client";
import { type KeyboardEvent, type RefObject, useId, useLayoutEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { useHotkey } from "@/components/ui/hotkey";
import { Icon } from "@/components/ui/icon";
import { Kbd } from "@/components/ui/kbd";
import { SearchCompletions } from "./search-completions";
import { SearchHelp } from "./search-help";
import type { Complete, SearchPageFacts } from "./search-types";

type Props = {
  /** Id of the form that is sent. */
  form: string;
  text: string;
  facts: SearchPageFacts;
  complete: Complete;
  isSearching: boolean;
  /** Id of what says what is wrong with the query. */
  errorId: string | undefined;
  field: RefObject<HTMLInputElement | null>;
  onChange: (text: string) => void;
};

/**
 * The field of a query. It completes prefixes, repositories and languages: arrows choose, Enter and Tab take what is
 * chosen, Escape closes. Nothing is chosen until an arrow is pressed, so that Enter searches and Tab goes on.
 */
export function SearchBox({ form, text, facts, complete, isSearching, errorId, field, onChange }: Props) {
  const id = useId();
  const [caret, setCaret] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  /** Where the caret belongs once a completion stands in the field. */
  const caretTo = useRef<number | null>(null);
  useHotkey({ key: "/" }, () => field.current?.focus());
  useLayoutEffect(() => {
    if (caretTo.current === null) return;
    field.current?.setSelectionRange(caretTo.current, caretTo.current);
    caretTo.current = null;
  });

  const names = facts.repositories.map((repository) => repository.name);
  const found = isOpen ? complete(text, caret, { repositories: names, languages: facts.languages }) : null;
  const items = found?.items ?? [];
  const isShown = items.length > 0;
  const active = isShown ? items[at] : undefined;

  function take(index: number) {
    const item = items[index];
    if (!found || !item) return;
    const next = `${text.slice(0, found.from)}${item.text}${text.slice(found.to)}`;
    const behind = found.from + item.text.length;
    caretTo.current = behind;
    setCaret(behind);
    setAt(-1);
    // Behind a prefix its values follow; behind a value nothing does.
    setOpen(item.text.endsWith(":"));
    onChange(next);
  }

  function close() {
    setOpen(false);
    setAt(-1);
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (event.nativeEvent.isComposing) return;
    const last = items.length - 1;
    if (event.key === "ArrowDown" && !isShown) {
      setCaret(event.currentTarget.selectionStart ?? text.length);
      setOpen(true);
    } else if (event.key === "ArrowDown") setAt(at >= last ? 0 : at + 1);
    else if (event.key === "ArrowUp" && isShown) setAt(at <= 0 ? last : at - 1);
    else if (event.key === "Escape" && isShown) close();
    else if ((event.key === "Enter" || event.key === "Tab") && active && !event.shiftKey) take(at);
    else {
      if (event.key === "Enter") close();
      // Each search is recorded, and a key that is held is one act.
      if (event.key !== "Enter" || !event.repeat) return;
    }
    event.preventDefault();
  }

  return (
    <div className="cs-box">
      <div className="cs-field" data-invalid={errorId ? "" : undefined}>
        <Icon name="search" />
        <label className="sr-only" htmlFor={`${id}-field`}>
          Search code
        </label>
        <input
          ref={field}
          id={`${id}-field`}
          form={form}
          name="query"
          role="combobox"
          aria-expanded={isShown}
          aria-controls={isShown ? `${id}-list` : undefined}
          aria-autocomplete="list"
          aria-activedescendant={active ? `${id}-${at}` : undefined}
          aria-invalid={errorId ? true : undefined}
          aria-describedby={errorId}
          autoCapitalize="off"
          autoComplete="off"
          autoCorrect="off"
          enterKeyHint="search"
          maxLength={4_000}
          placeholder="handleRequest lang:TypeScript -file:test"
          spellCheck={false}
          value={text}
          onBlur={close}
          onChange={(event) => {
            setCaret(event.target.selectionStart ?? event.target.value.length);
            setOpen(true);
            setAt(-1);
            onChange(event.target.value);
          }}
          onKeyDown={onKeyDown}
        />
        <Kbd>/</Kbd>
        <SearchHelp />
        {isShown ? <SearchCompletions id={id} items={items} at={at} onMove={setAt} onTake={take} /> : null}
      </div>
      <Button
        type="submit"
        form={form}
        look="primary"
        size="lg"
        aria-disabled={isSearching || undefined}
        // The second of a double click.
        onClick={(event) => event.detail > 1 && event.preventDefault()}
      >
        {isSearching ? <span className="spinner" aria-hidden="true" /> : null}
        Search
      </Button>
    </div>
  );
}
