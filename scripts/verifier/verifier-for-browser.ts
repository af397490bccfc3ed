import { checkFiles, type NamedFile, type Outcome } from "@/lib/audit/proof/verify/check-files";
import type { Finding } from "@/lib/audit/proof/verify/findings";
import { plainPlatform } from "@/lib/audit/proof/verify/platform";
import { pinnedKeys } from "@/lib/audit/proof/verify/trust";
import { foundText, signedText } from "./report-text";

// Texts of an export are somebody's: they only ever become text nodes.

const $ = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
const key = $<HTMLInputElement>("key");
const input = $<HTMLInputElement>("files");
const drop = $("drop");
const result = $("result");
const progress = $("progress");
let latest = 0;

function element(name: string, text: string, className = ""): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function named(file: File): NamedFile {
  return {
    name: file.name,
    source: {
      size: file.size,
      read: async (offset, length) => new Uint8Array(await file.slice(offset, offset + length).arrayBuffer()),
    },
  };
}

async function check(files: File[]): Promise<void> {
  if (files.length === 0) return;
  latest += 1;
  const mine = latest;
  result.replaceChildren();
  progress.textContent = "Checking…";
  let shown: HTMLElement[];
  try {
    const typed = key.value.trim();
    const outcome = await checkFiles(files.map(named), {
      trust: { pinned: pinnedKeys(typed === "" ? [] : [typed]) },
      platform: plainPlatform,
      onProgress: (rows, of) => {
        if (mine === latest)
          progress.textContent = `${rows.toLocaleString("en-US")} of ${of.toLocaleString("en-US")} events`;
      },
    });
    shown = outcomeOf(outcome);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    shown = [element("h2", "Could not be checked", "bad"), element("p", why)];
  }
  if (mine !== latest) return; // another file was chosen meanwhile
  progress.textContent = "";
  result.replaceChildren(...shown);
  result.focus();
}

function outcomeOf(outcome: Outcome): HTMLElement[] {
  const head = outcome.verified
    ? element(
        "h2",
        `Verified${outcome.signed.pinned ? "" : ", if the key below is the one you noted"}: nothing was changed, removed, added or reordered`,
        "good",
      )
    : element("h2", `Does not verify: ${foundText(outcome.findingCount)}`, "bad");
  const facts = document.createElement("dl");
  for (const [label, value] of [...outcome.facts, ["Signed by", signedText(outcome.signed)]])
    facts.append(element("dt", label ?? ""), element("dd", value ?? ""));
  const shown = [head, element("p", outcome.what), facts];
  if (outcome.findings.length > 0) shown.push(tableOf(outcome.findings));
  const more = outcome.findingCount - outcome.findings.length;
  if (more > 0) shown.push(element("p", `and ${more.toLocaleString("en-US")} more`));
  return shown;
}

function tableOf(findings: Finding[]): HTMLElement {
  const table = document.createElement("table");
  const caption = element("caption", "Findings");
  const head = document.createElement("tr");
  for (const title of ["Kind", "Place", "Event", "What is wrong"]) {
    const cell = element("th", title);
    cell.setAttribute("scope", "col");
    head.append(cell);
  }
  const thead = document.createElement("thead");
  thead.append(head);
  const body = document.createElement("tbody");
  for (const { kind, index, id, message } of findings) {
    const row = document.createElement("tr");
    row.append(
      element("td", kind, "bad"),
      element("td", index === undefined ? "" : String(index)),
      element("td", id ?? ""),
      element("td", message),
    );
    body.append(row);
  }
  table.append(caption, thead, body);
  const scroll = document.createElement("div");
  scroll.className = "scroll";
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "Findings");
  scroll.append(table);
  return scroll;
}

$("form").addEventListener("submit", (event) => event.preventDefault());
input.addEventListener("change", () => void check([...(input.files ?? [])]));
key.addEventListener("change", () => void check([...(input.files ?? [])]));
for (const name of ["dragenter", "dragover"])
  document.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
document.addEventListener("dragleave", () => drop.classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  const files = event.dataTransfer?.files;
  if (!files) return;
  input.files = files;
  void check([...files]);
});
