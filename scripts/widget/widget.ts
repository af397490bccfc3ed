import { loadGuru, Refused } from "./client";
import { make } from "./elements";
import { makePanel } from "./panel";
import { colorOf, settingsOf, textOn, type WidgetSettings } from "./settings";
import { style } from "./style";

const tagId = "guru-widget-id";
const usualColor = "#5645c4";

/** Puts the button and the panel into the page, in a shadow root, which the page's own look and scripts stay out of. */
function start(settings: WidgetSettings): void {
  const host = make("div", { "data-guru-widget": "" });
  const shadow = host.attachShadow({ mode: "open" });
  // A sheet made by script is no inline style: a page whose policy forbids those shows it all the same.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  shadow.adoptedStyleSheets = [sheet];
  const root = make("div", { class: settings.position === "left" ? "root left" : "root" });
  const button = make(
    "button",
    { type: "button", class: "open", "aria-expanded": "false", "aria-controls": "panel" },
    settings.text,
  );
  const paint = (color: string) => {
    root.style.setProperty("--accent", color);
    root.style.setProperty("--on", textOn(color));
  };
  const close = () => {
    panel.stop();
    panel.element.setAttribute("hidden", "");
    button.setAttribute("aria-expanded", "false");
    button.focus();
  };
  const panel = makePanel(settings, close);
  let isLoaded = false;

  async function load(): Promise<void> {
    isLoaded = true;
    try {
      const guru = await loadGuru(settings);
      panel.fill(guru);
      if (!settings.color) paint(colorOf(guru.color) ?? usualColor);
    } catch (error) {
      // The next opening tries again.
      isLoaded = false;
      panel.fail(error instanceof Refused ? error.message : "Something went wrong. Reload the page.");
    }
  }

  button.addEventListener("click", () => {
    if (button.getAttribute("aria-expanded") === "true") return close();
    panel.element.removeAttribute("hidden");
    button.setAttribute("aria-expanded", "true");
    panel.focus();
    // Nothing is sent for visitors who do not ask.
    if (!isLoaded) void load();
  });
  paint(settings.color ?? usualColor);
  root.append(button, panel.element);
  shadow.append(root);
  document.body.append(host);
}

function begin(): void {
  const tag = document.getElementById(tagId);
  const settings = tag && settingsOf(tag.dataset);
  if (!settings) {
    console.error(`The Ask button needs a script tag with id="${tagId}", data-widget-id and data-base-url.`);
    return;
  }
  // A page that has the tag twice gets one button.
  if (!document.querySelector("[data-guru-widget]")) start(settings);
}

if (document.body) begin();
else document.addEventListener("DOMContentLoaded", begin);
