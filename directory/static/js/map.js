/** The map beside a list: a button until it is pressed; only then are the map's own files fetched. Without scripts there is the list alone. */
let live = null; // the section whose map is open
let view = null;

function begin(section) {
  const button = section.querySelector("button");
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => (section === live ? close(section, button) : open(section, button)));
  section.hidden = false;
  if (location.hash === "#map") open(section, button);
}

async function open(section, button) {
  button.setAttribute("aria-busy", "true");
  try {
    const { View } = await import("./map/view.js");
    view = await View.open(section);
    live = section;
    say(section, button, true);
  } catch (error) {
    section.querySelector("[data-map-failed]").hidden = false;
    throw error;
  } finally {
    button.removeAttribute("aria-busy");
  }
}

function close(section, button) {
  view.close();
  live = view = null;
  say(section, button, false);
}

function say(section, button, isOpen) {
  section.classList.toggle("map--open", isOpen);
  section.querySelector("[data-map-failed]").hidden = true;
  button.setAttribute("aria-expanded", String(isOpen));
  button.lastChild.data = ` ${isOpen ? section.dataset.hide : section.dataset.show}`;
  // So that a page asked for by "search this area", and this one when somebody comes back to it, opens with its map.
  history.replaceState(history.state, "", isOpen ? "#map" : location.pathname + location.search);
}

/** Filters replaced the list and the section with it: an open map moves to where the new one stands, and takes its question. */
function listChanged() {
  const section = document.querySelector("[data-map]");
  if (!live) {
    if (section?.hidden) begin(section);
  } else if (!section) { // nobody matches: nothing to show
    view.close();
    live = view = null;
  } else {
    for (const name of ["pins", "area"]) live.dataset[name] = section.dataset[name];
    if (section !== live) section.replaceWith(live);
    view.reload();
  }
}

for (const section of document.querySelectorAll("[data-map]")) begin(section);
document.addEventListener("list:changed", listChanged);
