"use client";
import { useSearchParams } from "next/navigation";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { mintAttemptId } from "@/components/forms/attempt-id";
import { whenShown } from "@/components/when-shown/when-shown";
import { paramsOf, readSearchAddress, searchAddress, searchForm } from "./search-address";
import { attemptOfEntry, entryState, forgetAttempt, keepAttempt, type SearchAttempt } from "./search-attempt";
import { keepSearch, keptSearch } from "./search-memory";
import type { SearchAnswer, SearchAsked, SearchView } from "./search-types";

export type SearchAction = (previous: null, form: FormData) => Promise<SearchAnswer>;

/** Why there is no answer; `position` is an offset into the query. */
export interface SearchProblem {
  message: string;
  position: number | null;
  /** The query is what is wrong with it: trying again is no use. */
  isOfQuery: boolean;
}

interface State {
  asked: SearchAsked;
  view: SearchView | null;
  problem: SearchProblem | null;
  isSearching: boolean;
}

/**
 * Searches and keeps the address in step. A search is asked for by a person's act (a submit, a filter, opening an address
 * with a query) and recorded once: its attempt's id stays with the entry of the browser's history. Back and forward show
 * what was found then; where that is gone, as after a reload, it is asked for again under the same id.
 * @param posted what the server answered to a form that was sent before the page's scripts ran
 */
export function useCodeSearch({
  action,
  person,
  asked,
  posted,
  results,
}: {
  action: SearchAction;
  person: string;
  asked: SearchAsked;
  posted: SearchAnswer | null;
  results: RefObject<HTMLElement | null>;
}) {
  const params = useSearchParams().toString();
  const [state, setState] = useState<State>(() => stateOf(asked, posted));
  /** The address whose results are shown or on their way. */
  const shown = useRef<string | null>(posted ? searchAddress(askedOf(asked, posted)) : null);
  /** Of the entry that is shown. */
  const attempt = useRef<SearchAttempt | null>(attemptOfPosted(shown.current, posted));
  const run = useRef(0);
  /** What was posted is shown; its address is still that of the page which posted it. */
  const isPosted = useRef(posted !== null);
  const scrollTo = useRef<number | null>(null);

  const search = useCallback(
    async (next: SearchAsked, address: "push" | "replace" | "keep") => {
      run.current += 1;
      const mine = run.current;
      const href = searchAddress(next);
      // What is asked again at the same place is the same act.
      const kept = address === "keep" ? attemptOfEntry(href) : null;
      const act = kept ?? { href, id: mintAttemptId() };
      shown.current = href;
      attempt.current = act;
      if (address === "push" && href !== hereNow()) window.history.pushState(entryState(act), "", href);
      else if (address !== "keep") window.history.replaceState(entryState(act), "", href);
      else if (!kept) keepAttempt(act);
      setState((before) => ({ ...before, asked: next, problem: null, isSearching: true }));
      const answer = await answerOf(action, next, act.id);
      if (run.current !== mine) return;
      if (!answer.ok && answer !== lost) {
        attempt.current = null;
        forgetAttempt(act);
      }
      if (answer.ok && answer.value) keepSearch(person, href, answer.value);
      setState(({ view }) => ({
        ...stateOf(next, answer),
        ...(answer.ok ? {} : { view: keepView(view, next) }),
      }));
    },
    [action, person],
  );

  // The address changed without us: the page was opened, back, forward, the sidebar's link.
  useEffect(() => {
    if (isPosted.current) {
      isPosted.current = false;
      const here = shown.current;
      const state = attempt.current && entryState(attempt.current);
      // The router takes part in it only once all effects of the first render have run.
      queueMicrotask(() => window.history.replaceState(state, "", here));
      return;
    }
    const next = readSearchAddress(paramsOf(params));
    const href = searchAddress(next);
    if (shown.current === href) return;
    run.current += 1;
    shown.current = href;
    const mine = run.current;
    attempt.current = attemptOfEntry(href);
    const kept = keptSearch(person, href);
    if (kept) {
      scrollTo.current = kept.scroll;
      setState({ asked: next, view: kept.view, problem: null, isSearching: false });
    } else if (next.query.trim() !== "") {
      // A page that the browser made ahead is no act of anybody, and each search is recorded.
      whenShown(() => {
        if (run.current === mine) void search(next, "keep");
      });
    } else setState({ asked: next, view: null, problem: null, isSearching: false });
  }, [params, person, search]);

  // When the router gets the page anew (as it does once the browser's time zone is known), it clears the entry of this.
  useEffect(() => {
    const act = attempt.current;
    if (act && !isPosted.current && act.href === askedNow() && !attemptOfEntry(act.href)) keepAttempt(act);
  });

  // How far down one was is kept with what was found, for the way back.
  const { view } = state;
  useLayoutEffect(() => {
    const scroller = results.current?.closest(".page-scroll");
    if (!scroller || !view) return;
    if (scrollTo.current !== null) scroller.scrollTop = scrollTo.current;
    scrollTo.current = null;
    const href = searchAddress(view.asked);
    return () => keepSearch(person, href, view, scroller.scrollTop);
  }, [view, person, results]);

  return { ...state, search };
}

const hereNow = () => `${window.location.pathname}${window.location.search}`;
/** The same with its parts in order. */
const askedNow = () => searchAddress(readSearchAddress(paramsOf(window.location.search)));

/** Results of the same query stay in sight when more of them could not be had; those of another do not. */
function keepView(view: SearchView | null, next: SearchAsked): SearchView | null {
  return view?.asked.query === next.query ? view : null;
}

/** Nobody knows whether the search was done. */
const lost: SearchAnswer = {
  ok: false,
  code: "internal",
  message: "The server did not answer. Check your connection.",
};

async function answerOf(action: SearchAction, asked: SearchAsked, id: string): Promise<SearchAnswer> {
  try {
    return await action(null, searchForm(asked, id));
  } catch (error) {
    console.error(error);
    return lost;
  }
}

function attemptOfPosted(href: string | null, posted: SearchAnswer | null): SearchAttempt | null {
  const id = posted?.ok ? posted.value?.attemptId : null;
  return href !== null && id ? { href, id } : null;
}

function askedOf(asked: SearchAsked, answer: SearchAnswer): SearchAsked {
  if (answer.ok) return answer.value?.asked ?? asked;
  return { ...asked, query: answer.values?.query ?? asked.query };
}

function stateOf(asked: SearchAsked, answer: SearchAnswer | null): State {
  const state: State = { asked, view: null, problem: null, isSearching: false };
  if (!answer) return state;
  if (answer.ok && answer.value) return { ...state, asked: answer.value.asked, view: answer.value };
  if (answer.ok)
    return {
      ...state,
      problem: {
        message: "This search was done already. Search again to see what it finds.",
        position: null,
        isOfQuery: false,
      },
    };
  const message = answer.fieldErrors?.query?.[0] ?? answer.message;
  const [, position] = /^Position (\d+):/.exec(message) ?? [];
  return {
    ...state,
    asked: askedOf(asked, answer),
    problem: {
      message,
      position: position === undefined ? null : Number(position) - 1,
      isOfQuery: answer.code === "invalid",
    },
  };
}
