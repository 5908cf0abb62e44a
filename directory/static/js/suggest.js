/**
 * Suggestions under the search boxes, as an ARIA combobox: GitHub's combobox-nav moves through the list, this file fetches and
 * draws it. Without it, without an answer, or with nothing chosen, the form is sent as it stands.
 */
import Combobox from "../vendor/combobox-nav.js";

const WAIT = 120; // milliseconds after the last key
let boxes = 0;

function element(className, text = "", attributes = {}) {
  const made = document.createElement("div");
  made.className = className;
  made.textContent = text; // names are what somebody typed: never markup
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** One line: what it is, then what lies around it. */
function drawn(option, id) {
  const line = element("suggestions__option", "", { role: "option", id, "aria-selected": "false" });
  for (const [part, text] of [["name", option.label], ["note", option.note]]) {
    if (!text) continue;
    const words = document.createElement("span");
    words.className = `suggestions__${part}`;
    words.textContent = text;
    line.append(words, " ");
  }
  return line;
}

function enhance(input) {
  const form = input.form;
  const id = `suggestions-${++boxes}`;
  const list = element("suggestions", "", { id, role: "listbox", "aria-label": form.dataset.suggestLabel });
  const said = element("visually-hidden", "", { role: "status" });
  list.hidden = true;
  (input.closest(".search-box__part") ?? form).append(list);
  form.append(said);
  input.removeAttribute("list");
  // A combobox is a text field to assistive technology, and Escape must close the list and not clear the words.
  input.type = "text";
  input.inputMode = "search";
  const combobox = new Combobox(input, list, { tabInsertsSuggestions: false });
  const options = new Map();
  let timer = 0;
  let asked = new AbortController();

  function close() {
    clearTimeout(timer);
    asked.abort();
    if (list.hidden) return;
    list.hidden = true;
    combobox.stop();
    said.textContent = "";
  }

  function open(groups) {
    options.clear();
    const parts = groups.map((group, at) => {
      const part = element("suggestions__group", "", { role: "group", "aria-labelledby": `${id}-group-${at}` });
      part.append(element("suggestions__title", group.title, { id: `${id}-group-${at}`, role: "presentation" }));
      for (const option of group.options) {
        const line = drawn(option, `${id}-${options.size}`);
        options.set(line, option);
        part.append(line);
      }
      return part;
    });
    combobox.clearSelection();
    list.replaceChildren(...parts);
    list.scrollTop = 0;
    if (!list.hidden) return;
    list.hidden = false;
    combobox.start();
  }

  async function ask({ first = false } = {}) {
    asked.abort();
    const text = input.value.trim();
    if (!text) return close();
    asked = new AbortController();
    const { signal } = asked;
    const url = new URL(form.dataset.suggestUrl, location.href);
    url.search = new URLSearchParams({ q: text, for: input.dataset.suggest });
    try {
      const answer = await fetch(url, { signal, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const { groups, said: words } = await answer.json();
      if (signal.aborted || document.activeElement !== input) return;
      if (groups.length) open(groups);
      else close();
      if (groups.length && first) combobox.navigate(1);
      said.textContent = words;
    } catch {
      if (!signal.aborted) close();
    }
  }

  function choose(option) {
    const what = form.querySelector("[data-suggest='what']");
    const stays = !option.url || (input.dataset.suggest === "where" && what?.value.trim());
    input.value = option.fills;
    close();
    if (!stays) location.assign(option.url);
  }

  input.addEventListener("input", event => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(() => ask(), WAIT);
  });
  input.addEventListener("compositionend", () => { timer = setTimeout(() => ask(), WAIT); });
  input.addEventListener("keydown", event => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "ArrowDown" && list.hidden) {
      event.preventDefault();
      ask({ first: true });
    }
  });
  input.addEventListener("blur", close);
  list.addEventListener("mousedown", event => event.preventDefault()); // the focus stays in the box
  list.addEventListener("combobox-commit", event => choose(options.get(event.target)));
  form.addEventListener("submit", close);
}

function enhanceAll() {
  for (const input of document.querySelectorAll("input[data-suggest]:not([role])")) enhance(input);
}

enhanceAll();
document.addEventListener("list:changed", enhanceAll); // lists in place bring boxes of their own
