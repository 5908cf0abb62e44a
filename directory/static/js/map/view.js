/** An open map: fetches what it stands on, draws it, and keeps it in step with the list. */
import { Base, drawTiles, fetched } from "./base.js";
import { Pins } from "./pins.js";

const STATIC = new URL("../../", import.meta.url);
/** Nearer than this the drawn base has nothing to show: it knows no streets. */
const CLOSEST = 13;
const CLOSEST_TILES = 18;
const EDGES = [[-75, -180], [84, 180]];
const KM_PER_DEGREE = 111.2;

/** Leaflet and Supercluster set names of their own on the window; both come from this site's own files. */
async function libraries() {
  if (!globalThis.L) {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = new URL("map/leaflet.css", STATIC);
    const ready = new Promise((done, failed) => { style.onload = done; style.onerror = failed; });
    document.head.append(style);
    await Promise.all([ready, import(new URL("vendor/leaflet.js", STATIC)), import(new URL("vendor/supercluster.js", STATIC))]);
  }
  return globalThis.L;
}

export class View {
  static async open(section) {
    const [L, data] = await Promise.all([libraries(), fetched(section.dataset.pins)]);
    const view = new View(L, section);
    await view.draw();
    view.show(data, true);
    return view;
  }

  constructor(L, section) {
    this.L = L;
    this.section = section;
    this.words = JSON.parse(section.dataset.words);
    this.body = section.querySelector("template").content.cloneNode(true).firstElementChild;
    section.append(this.body);
    section.classList.add("map--open");
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map = L.map(this.body.querySelector("[data-map-view]"), {
      zoomControl: false, attributionControl: false, scrollWheelZoom: false, zoomSnap: 0.5, minZoom: 0,
      maxZoom: section.dataset.tiles ? CLOSEST_TILES : CLOSEST, maxBounds: EDGES, maxBoundsViscosity: 1,
      zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still, inertia: !still,
    });
    L.control.zoom({ zoomInTitle: this.words.in, zoomOutTitle: this.words.out, zoomInText: "+", zoomOutText: "\u2212" }).addTo(this.map);
    L.control.scale({ maxWidth: 90 }).addTo(this.map);
    L.control.attribution({ prefix: false }).addTo(this.map);
    this.pins = new Pins(this);
    // A wheel scrolls the page until somebody has turned to the map.
    this.map.on("focus", () => this.map.scrollWheelZoom.enable()).on("blur", () => this.map.scrollWheelZoom.disable());
    this.body.addEventListener("keydown", event => { if (event.key === "Escape") this.pins.dismiss(event); });
    this.body.querySelector("[data-map-area]").addEventListener("click", () => this.searchHere());
    this.watcher = new ResizeObserver(() => this.map.invalidateSize({ pan: false }));
    this.watcher.observe(this.map.getContainer());
  }

  async draw() {
    this.map.fitBounds([[-40, -120], [60, 140]], { animate: false });
    if (this.section.dataset.tiles) drawTiles(this);
    else this.base = await Base.draw(this);
  }

  /** Show the pins of an answer; `look` moves the map to them, which is also done when none of them is in sight. */
  show(data, look) {
    this.pins.load(data.pins);
    this.circle?.remove();
    const { around } = data;
    if (around?.km) {
      this.circle = this.L.circle([around.lat, around.lon], { radius: around.km * 1000, className: "map__around", interactive: false });
      this.circle.addTo(this.map);
    }
    this.body.querySelector("[data-map-says]").textContent = data.says;
    const sight = this.map.getBounds();
    if (look || !data.pins.some(pin => sight.contains([pin.lat, pin.lon]))) this.look(data);
    this.pins.draw();
    this.base?.names.draw();
  }

  look({ pins, around }) {
    const close = { animate: false, maxZoom: 12, padding: [36, 36] };
    if (around?.km) this.map.fitBounds(this.circle.getBounds(), { animate: false });
    else if (pins.length) {
      const bounds = this.L.latLngBounds(pins.map(pin => [pin.lat, pin.lon]));
      const isOne = bounds.getNorthEast().equals(bounds.getSouthWest(), 0.01);
      this.map.fitBounds(bounds, isOne ? { ...close, maxZoom: 10 } : close);
    } else if (around) this.map.setView([around.lat, around.lon], 10, { animate: false });
  }

  async reload() {
    const asked = (this.asked = this.section.dataset.pins);
    const data = await fetched(asked);
    if (asked === this.asked && this.map) this.show(data, false);
  }

  /** Go to the list around the middle of the map, rounded to a tenth of a degree: a place on a map, and nobody's whereabouts. */
  searchHere() {
    const sight = this.map.getBounds();
    const middle = this.map.getCenter().wrap();
    const tall = (sight.getNorth() - sight.getSouth()) * KM_PER_DEGREE;
    const wide = (sight.getEast() - sight.getWest()) * KM_PER_DEGREE * Math.cos(middle.lat * Math.PI / 180);
    const url = new URL(this.section.dataset.area, location.href);
    url.searchParams.set("lat", middle.lat.toFixed(1));
    url.searchParams.set("lon", middle.lng.toFixed(1));
    url.searchParams.set("radius", Math.max(1, Math.round(Math.min(tall, wide) / 2)));
    url.hash = "map";
    location.assign(url);
  }

  close() {
    this.watcher.disconnect();
    this.pins.close();
    this.map.remove();
    this.map = null;
    this.body.remove();
  }
}
