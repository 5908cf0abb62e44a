/** The pins of a list: near ones gathered into one with their number, each with a popup made of words, lit together with their cards. */
const GATHERED = 44; // pixels

function element(name, words, properties = {}) {
  return Object.assign(document.createElement(name), words === undefined ? {} : { textContent: words }, properties);
}

export class Pins {
  constructor(view) {
    Object.assign(this, { view, L: view.L, map: view.map, words: view.words, shown: new Map(), lit: null });
    this.map.on("moveend", () => this.draw());
    this.leave = new AbortController();
    const { signal } = this.leave;
    for (const type of ["pointerover", "focusin"]) document.addEventListener(type, event => this.light(this.cardOf(event.target)), { signal });
  }

  load(pins) {
    this.pins = new Map(pins.map(pin => [pin.id, pin]));
    this.index = new globalThis.Supercluster({ radius: GATHERED, extent: 256, maxZoom: this.map.getMaxZoom() });
    this.index.load(pins.map(pin => ({ type: "Feature", properties: { id: pin.id }, geometry: { type: "Point", coordinates: [pin.lon, pin.lat] } })));
    for (const marker of this.shown.values()) marker.remove();
    this.shown.clear();
  }

  draw() {
    if (!this.index) return;
    const sight = this.map.getBounds().pad(0.2);
    const edges = [sight.getWest(), sight.getSouth(), sight.getEast(), sight.getNorth()];
    const kept = new Set();
    for (const feature of this.index.getClusters(edges, Math.floor(this.map.getZoom()))) {
      const many = feature.properties.cluster_id;
      const ids = many === undefined ? [feature.properties.id] : this.index.getLeaves(many, Infinity).map(leaf => leaf.properties.id);
      const key = ids.join();
      kept.add(key);
      if (!this.shown.has(key)) this.shown.set(key, this.add(feature, ids));
    }
    const gone = [...this.shown].filter(([key]) => !kept.has(key));
    const held = gone.map(([, marker]) => marker).find(marker => marker.getElement() === document.activeElement);
    for (const [key, marker] of gone) { marker.remove(); this.shown.delete(key); }
    if (held) this.heir(held.ids)?.getElement().focus({ preventScroll: true });
    this.light(this.lit, true);
  }

  add({ geometry, properties }, ids) {
    const [lon, lat] = geometry.coordinates;
    const pins = ids.map(id => this.pins.get(id));
    const isVague = pins.every(pin => pin.vague);
    const rank = document.querySelector(`#profile-${ids[0]} .card__rank`)?.textContent;
    const inside = element("span", pins.length > 1 ? pins.length : rank ?? "");
    const kind = pins.length > 1 ? "many" : rank ? "numbered" : "one";
    const icon = this.L.divIcon({ className: `map__pin map__pin--${kind}${isVague ? " map__pin--vague" : ""}`, html: inside, iconSize: null });
    const marker = this.L.marker([lat, lon], { icon, riseOnHover: true });
    marker.ids = ids;
    const name = pins.length > 1 ? this.words.many.replace("{count}", pins.length) : [pins[0].name, pins[0].kind, pins[0].rating, pins[0].vague].filter(Boolean).join(", ");
    marker.on("add", () => marker.getElement().setAttribute("aria-label", name));
    marker.bindPopup(() => this.popup(pins), { maxWidth: 260, minWidth: 180, maxHeight: 220, closeButton: true, autoPanPaddingTopLeft: [56, 60], autoPanPaddingBottomRight: [12, 24] });
    if (pins.length > 1) marker.off("click").off("keypress").on("click keypress", event => this.closer(event, marker, properties.cluster_id));
    marker.on("popupopen", ({ popup }) => this.opened(popup, marker));
    marker.on("add", () => {
      const seen = marker.getElement();
      for (const type of ["pointerenter", "focus"]) seen.addEventListener(type, () => this.lightCard(ids, true));
      for (const type of ["pointerleave", "blur"]) seen.addEventListener(type, () => this.lightCard(ids, false));
    });
    return marker.addTo(this.map);
  }

  /** The pin in which somebody of a pin that is gone stands now: the focus moves there, and is not lost. */
  heir(ids) {
    return [...this.shown.values()].find(marker => marker.ids.some(id => ids.includes(id)));
  }

  /** Look closer at a gathering, or list who is in it where looking closer parts nobody. */
  closer(event, marker, cluster) {
    if (event.type === "keypress" && event.originalEvent.key !== "Enter") return;
    const zoom = this.index.getClusterExpansionZoom(cluster);
    if (zoom > this.map.getMaxZoom()) marker.openPopup();
    else this.map.setView(marker.getLatLng(), zoom);
  }

  opened(popup, marker) {
    this.opener = marker;
    const seen = popup.getElement();
    seen.querySelector(".leaflet-popup-close-button").setAttribute("aria-label", this.words.close);
    seen.querySelector("a[href]:not(.leaflet-popup-close-button)")?.focus({ preventScroll: true });
  }

  dismiss(event) {
    const open = this.opener?.isPopupOpen();
    if (!open) return;
    event.stopPropagation();
    this.opener.closePopup();
    this.opener.getElement()?.focus({ preventScroll: true });
  }

  /** Names and all else are set as text: nothing that somebody typed becomes markup. */
  popup(pins) {
    if (pins.length === 1) return this.one(pins[0]);
    const box = element("div");
    const list = element("ul", undefined, { className: "map__list" });
    for (const pin of pins) {
      const item = element("li");
      item.append(element("a", pin.name, { href: pin.url }), element("span", `${pin.kind}. ${pin.rating}`));
      list.append(item);
    }
    const vague = pins.every(pin => pin.vague === pins[0].vague) && pins[0].vague;
    box.append(element("p", vague || this.words.together, { className: "map__lead" }), list);
    return box;
  }

  one(pin) {
    const box = element("div", undefined, { className: "map__one" });
    const title = element("p", undefined, { className: "map__title" });
    title.append(element("a", pin.name, { href: pin.url }));
    box.append(title);
    for (const words of [pin.kind, pin.rating, pin.distance, pin.vague]) if (words) box.append(element("p", words));
    if (pin.way) {
      const way = element("p");
      way.append(element("a", this.words.way, { href: pin.way, rel: "noopener noreferrer" }));
      box.append(way);
    }
    if (document.getElementById(`profile-${pin.id}`)) {
      const row = element("p");
      row.append(element("a", this.words.list, { href: `#profile-${pin.id}` }));
      box.append(row);
    }
    return box;
  }

  /** Where pins stand, in pixels of the frame, as [left, top, right, bottom]: names keep clear of them. */
  boxes() {
    return [...this.shown.values()].map(marker => {
      const { x, y } = this.map.latLngToContainerPoint(marker.getLatLng());
      const half = marker.ids.length > 1 ? 17 : 10;
      return [x - half, y - half, x + half, y + half];
    });
  }

  cardOf(target) {
    const id = target.closest?.("[id^=profile-]")?.id.slice("profile-".length);
    return this.pins?.has(Number(id)) ? Number(id) : null;
  }

  /** Light the pin of a card, or the gathering that it is in. */
  light(id, again = false) {
    if (id === this.lit && !again) return;
    this.lit = id;
    for (const marker of this.shown.values()) marker.getElement()?.classList.toggle("map__pin--lit", id !== null && marker.ids.includes(id));
  }

  lightCard(ids, on) {
    for (const id of ids) document.getElementById(`profile-${id}`)?.classList.toggle("card--lit", on);
  }

  close() {
    this.leave.abort();
    for (const marker of this.shown.values()) this.lightCard(marker.ids, false);
  }
}
