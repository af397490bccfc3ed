import { ask, type GuruShown, type Reference, Refused, referencesOf } from "./client";
import { make } from "./elements";
import { safeLink, type WidgetSettings } from "./settings";

const longestQuestion = 1_000;

export interface Panel {
  element: HTMLElement;
  /** Shows what is known of the guru. */
  fill(guru: GuruShown): void;
  /** Says why it does not work. */
  fail(message: string): void;
  focus(): void;
  /** Ends an answer that is being written. */
  stop(): void;
}

/** The panel in which a visitor asks and reads. @param close called by its button and by Escape */
export function makePanel(settings: WidgetSettings, close: () => void): Panel {
  const title = make("h2", { id: "title" }, settings.text);
  const closing = make("button", { type: "button", class: "plain", "aria-label": "Close" }, "✕");
  const head = make("div", { class: "head" }, title, closing);
  const field = make("textarea", {
    id: "question",
    rows: "3",
    maxlength: String(longestQuestion),
    required: "",
  });
  const send = make("button", { type: "submit", class: "send" }, "Ask");
  const stopping = make("button", { type: "button", class: "plain", hidden: "" }, "Stop");
  const form = make(
    "form",
    {},
    make("label", { for: "question" }, "Your question"),
    field,
    make("div", { class: "row" }, stopping, send),
  );
  const examples = make("div", { class: "examples" });
  const said = make("div", { class: "said", role: "status", tabindex: "0", hidden: "" });
  const trouble = make("p", { class: "trouble", role: "alert", hidden: "" });
  const sources = make("div", { hidden: "" });
  const element = make(
    "div",
    { class: "panel", id: "panel", role: "dialog", "aria-labelledby": "title", hidden: "" },
    head,
    form,
    examples,
    trouble,
    said,
    sources,
  );
  let asking: AbortController | null = null;

  const show = (node: HTMLElement, isShown: boolean) => node.toggleAttribute("hidden", !isShown);
  const fail = (message: string) => {
    trouble.textContent = message;
    show(trouble, true);
  };

  function showSources(found: Reference[]): void {
    const items = found.map(({ title: name, link }) => {
      const href = safeLink(link);
      const shown = href ? make("a", { href, target: "_blank", rel: "noopener noreferrer" }, name) : name;
      return make("li", {}, shown);
    });
    sources.replaceChildren(
      make("p", { class: "note", id: "from" }, "From"),
      make("ul", { class: "sources", "aria-labelledby": "from" }, ...items),
    );
    show(sources, items.length > 0);
  }

  async function answer(question: string): Promise<void> {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    for (const node of [trouble, sources, examples]) show(node, false);
    show(said, true);
    show(stopping, true);
    send.disabled = true;
    said.setAttribute("aria-busy", "true");
    said.textContent = "Looking for an answer …";
    let text = "";
    try {
      for await (const piece of ask(settings, question, mine.signal)) {
        text += piece;
        said.textContent = text;
      }
      // Whoever cannot be told the sources still has the answer.
      showSources(await referencesOf(settings, question, mine.signal).catch(() => []));
    } catch (error) {
      if (asking !== mine) return;
      if (text === "") show(said, false);
      if (!mine.signal.aborted)
        fail(error instanceof Refused ? error.message : "Something went wrong. Ask again.");
    } finally {
      if (asking === mine) {
        asking = null;
        said.removeAttribute("aria-busy");
        send.disabled = false;
        show(stopping, false);
      }
    }
  }

  const stop = () => asking?.abort();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const question = field.value.trim();
    if (question !== "") void answer(question);
  });
  field.addEventListener("keydown", (event) => {
    // Enter sends, as people expect of a chat; with Shift, or while a sign is being composed, it does not.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  stopping.addEventListener("click", () => {
    stop();
    field.focus();
  });
  closing.addEventListener("click", close);
  element.addEventListener("keydown", (event) => {
    // The page's own shortcuts are not meant while somebody writes here.
    event.stopPropagation();
    if (event.key === "Escape") close();
  });

  return {
    element,
    fill({ name, iconUrl, questions }) {
      title.textContent = name;
      const icon = safeLink(iconUrl);
      if (icon) head.prepend(make("img", { src: icon, alt: "" }));
      examples.replaceChildren(
        ...questions.map((question) => {
          const button = make("button", { type: "button" }, question);
          button.addEventListener("click", () => {
            field.value = question;
            field.focus();
            void answer(question);
          });
          return button;
        }),
      );
      show(examples, questions.length > 0);
    },
    fail,
    focus: () => field.focus(),
    stop,
  };
}
