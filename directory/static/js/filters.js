/**
 * Lists in place: filters, radius, order, chips and pages bring the same address without a new page.
 * The server draws everything; here its parts (data-live) are swapped. On any doubt the browser simply goes there.
 * Afterwards `list:changed` is sent to the document, for whatever stands beside the list.
 */
const parts = root => new Map([...root.querySelectorAll("[data-live]")].map(part => [part.dataset.live, part]));
const bare = url => url.href.replace(/#.*/, "");
let shown = bare(new URL(location.href));
let stale = new AbortController();

function addressOf(form) {
  const url = new URL(form.action, location.href);
  url.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  return url;
}

/** What had the focus, told so that it can be found again in the new part. */
function focused() {
  const at = document.activeElement;
  const part = at?.closest("[data-live]")?.dataset.live;
  if (!part) return null;
  const find = root => [...root.querySelectorAll(at.tagName)].find(one => (at.name ? one.name === at.name && (one.tagName === "SELECT" || one.value === at.value) : one.textContent === at.textContent));
  return { part, find };
}

/** Folds stay as the reader left them; one that the answer opens is opened. */
function keepFolds(old, fresh) {
  const name = fold => (fold.className === "facets__group" ? fold.querySelector("summary").textContent : fold.className);
  const open = new Map([...old.querySelectorAll("details")].map(fold => [name(fold), fold.open]));
  for (const fold of fresh.querySelectorAll("details")) fold.open = open.get(name(fold)) || fold.open;
}

function swap(page, held) {
  const fresh = parts(page);
  for (const [name, part] of parts(document)) {
    keepFolds(part, fresh.get(name));
    part.replaceWith(fresh.get(name));
  }
  document.title = page.title;
  const count = document.querySelector("[data-live-count]");
  document.querySelector("[data-live-said]").textContent = count.textContent.trim();
  const again = held?.find(parts(document).get(held.part));
  (again ?? (held && count))?.focus({ preventScroll: true });
  ready();
}

async function go(url, { push = true, toList = false } = {}) {
  stale.abort();
  stale = new AbortController();
  const { signal } = stale;
  const list = parts(document).get("list");
  list.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { signal, headers: { Accept: "text/html" } });
    if (!answer.ok || bare(new URL(answer.url)) !== bare(url)) throw new Error("another page");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (signal.aborted) return;
    const [here, there] = [parts(document), parts(page)];
    if ([...here.keys()].some(name => !there.has(name))) throw new Error("another kind of page");
    if (push && bare(url) !== shown) history.pushState({}, "", url); // the same question again is no step to go back to
    shown = bare(new URL(location.href));
    swap(page, toList ? null : focused());
    if (toList) lead();
    document.dispatchEvent(new CustomEvent("list:changed", { detail: { url: shown } }));
  } catch (error) {
    if (signal.aborted) return;
    if (push) location.assign(url);
    else location.reload();
  }
}

/** Bring the reader to the beginning of the list. */
function lead() {
  const count = document.querySelector("[data-live-count]");
  count.focus({ preventScroll: true });
  count.scrollIntoView({ block: "start", behavior: "instant" }); // another list, and no way along this one
}

/** Buttons that a change makes needless; "Show results" stays, it leads from a long form to the list. */
function ready() {
  for (const button of document.querySelectorAll(".sort button, .reach button")) button.hidden = true;
}

document.addEventListener("change", event => {
  const form = event.target.closest("form[data-live-form]");
  if (form) go(addressOf(form));
});

document.addEventListener("submit", event => {
  if (!event.target.matches("form[data-live-form]")) return;
  event.preventDefault();
  const shell = event.target.querySelector(".facets__shell");
  if (shell) shell.open = false;
  go(addressOf(event.target), { toList: true });
});

document.addEventListener("click", event => {
  const link = event.target.closest("[data-live] a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin || url.pathname !== location.pathname || url.hash) return;
  event.preventDefault();
  go(url, { toList: Boolean(link.closest("nav, [data-live=register]")) });
});

addEventListener("popstate", () => {
  const url = new URL(location.href);
  if (bare(url) !== shown) go(url, { push: false });
});

ready();
