"use client";
import { useSearchParams } from "next/navigation";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { mintAttemptId } from "@/components/forms/attempt-id";
import { whenShown } from "@/components/when-shown/when-shown";
import { paramsOf, readSearchAddress, searchAddress, searchForm } from "./search-address";
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
 * with a query): each is one POST, recorded once. Back and forward show what was found then, without asking again.
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
  const run = useRef(0);
  /** What was posted is shown; its address is still that of the page which posted it. */
  const isPosted = useRef(posted !== null);
  const scrollTo = useRef<number | null>(null);

  const search = useCallback(
    async (next: SearchAsked, address: "push" | "replace" | "keep") => {
      run.current += 1;
      const mine = run.current;
      const href = searchAddress(next);
      shown.current = href;
      if (address === "push" && href !== hereNow()) window.history.pushState(null, "", href);
      else if (address !== "keep") window.history.replaceState(null, "", href);
      setState((before) => ({ ...before, asked: next, problem: null, isSearching: true }));
      const answer = await answerOf(action, next);
      if (run.current !== mine) return;
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
      // The router takes part in it only once all effects of the first render have run.
      queueMicrotask(() => window.history.replaceState(null, "", here));
      return;
    }
    const next = readSearchAddress(paramsOf(params));
    const href = searchAddress(next);
    if (shown.current === href) return;
    run.current += 1;
    shown.current = href;
    const mine = run.current;
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

/** Results of the same query stay in sight when more of them could not be had; those of another do not. */
function keepView(view: SearchView | null, next: SearchAsked): SearchView | null {
  return view?.asked.query === next.query ? view : null;
}

async function answerOf(action: SearchAction, asked: SearchAsked): Promise<SearchAnswer> {
  try {
    return await action(null, searchForm(asked, mintAttemptId()));
  } catch (error) {
    console.error(error);
    return { ok: false, code: "internal", message: "The server did not answer. Check your connection." };
  }
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
