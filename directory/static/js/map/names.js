/** Names on the drawn base: of countries from afar, of places from near by; the larger first, none upon another. For the eye alone. */
const COUNTRIES_TO = 6;
const PLACES_FROM = 5;
const LEAST = 4, MOST = 11; // zooms of the squares that directory/places/labels.py answers for
const SQUARES = 12;
const SHOWN = 36;
/** About how wide a letter is, and how tall a line, in pixels. */
const LETTER = 7, LINE = 18;

const meet = (one, other) => one[0] < other[2] && one[2] > other[0] && one[1] < other[3] && one[3] > other[1];

export class Names {
  constructor({ L, map, pins }, countries, url) {
    Object.assign(this, { L, map, pins, countries, url, squares: new Map(), shown: new Map() });
    const pane = map.createPane("names");
    pane.style.zIndex = 450;
    pane.setAttribute("aria-hidden", "true");
    map.on("moveend", () => this.draw());
  }

  async draw() {
    const zoom = this.map.getZoom();
    this.place(this.wanted(zoom, []));
    if (zoom < PLACES_FROM) return;
    const places = (await Promise.all(this.near(zoom).map(key => this.square(key)))).flat();
    if (this.map.getZoom() === zoom && this.map.getPane("names")) this.place(this.wanted(zoom, places));
  }

  wanted(zoom, places) {
    const countries = this.countries.filter(([, , , from]) => zoom >= from && zoom <= COUNTRIES_TO);
    const named = countries.map(([name, lat, lon]) => ({ name, lat, lon, people: Infinity, kind: "country" }));
    return [...named, ...places.sort((one, other) => other.people - one.people)];
  }

  /** The squares in sight, those in the middle first. */
  near(zoom) {
    const level = Math.min(MOST, Math.max(LEAST, Math.floor(zoom) - 1));
    const side = 2 ** level;
    const sight = this.map.getBounds();
    const at = point => this.map.project(point, level).divideBy(256);
    const [from, to] = [at(sight.getNorthWest()), at(sight.getSouthEast())];
    const keys = [];
    for (let x = Math.max(0, Math.floor(from.x)); x <= Math.min(side - 1, Math.floor(to.x)); x++)
      for (let y = Math.max(0, Math.floor(from.y)); y <= Math.min(side - 1, Math.floor(to.y)); y++) keys.push(`${level}/${x}/${y}`);
    return keys.slice(0, SQUARES);
  }

  square(key) {
    if (!this.squares.has(key)) this.squares.set(key, this.read(key));
    return this.squares.get(key);
  }

  async read(key) {
    const [zoom, x, y] = key.split("/");
    const answer = await fetch(this.url.replace("{z}", zoom).replace("{x}", x).replace("{y}", y)).catch(() => null);
    const rows = answer?.ok ? await answer.json() : []; // a map without names is a map still
    return rows.map(([name, lat, lon, people]) => ({ name, lat, lon, people, kind: "place" }));
  }

  place(names) {
    const size = this.map.getSize(), taken = [...this.pins.boxes(), ...this.controls()], kept = new Map();
    const within = box => box[0] >= 0 && box[1] >= 0 && box[2] <= size.x && box[3] <= size.y;
    for (const one of names) {
      if (kept.size >= SHOWN) break;
      const { x, y } = this.map.latLngToContainerPoint([one.lat, one.lon]);
      const free = this.ways(one, x, y).find(([, box]) => within(box) && !taken.some(other => meet(box, other)));
      if (!free) continue;
      taken.push(free[1]);
      kept.set(`${one.kind} ${one.name} ${one.lat} ${free[0]}`, { ...one, way: free[0] });
    }
    for (const [key, marker] of this.shown) if (!kept.has(key)) { marker.remove(); this.shown.delete(key); }
    for (const [key, one] of kept) if (!this.shown.has(key)) this.shown.set(key, this.write(one));
  }

  /** Where the controls stand: nothing is written behind them. */
  controls() {
    const frame = this.map.getContainer();
    const { left, top } = frame.getBoundingClientRect();
    return [...frame.parentElement.querySelectorAll(".leaflet-control, [data-map-area] button")].map(one => {
      const box = one.getBoundingClientRect();
      return [box.left - left, box.top - top, box.right - left, box.bottom - top];
    });
  }

  /** The ways to write a name, the best first, with the room that each takes: [left, top, right, bottom]. */
  ways({ name, kind }, x, y) {
    const wide = name.length * LETTER, half = LINE / 2;
    if (kind === "country") return [["middle", [x - wide / 2, y - half, x + wide / 2, y + half]]];
    return [
      ["right", [x - 3, y - half, x + 9 + wide, y + half]],
      ["left", [x - 9 - wide, y - half, x + 3, y + half]],
      ["above", [x - wide / 2, y - 21, x + wide / 2, y - 3]],
      // over or under the pins that stand in its middle
      ["above map__name--far", [x - wide / 2, y - 43, x + wide / 2, y - 23]],
      ["below map__name--far", [x - wide / 2, y + 23, x + wide / 2, y + 43]],
    ];
  }

  write({ name, lat, lon, kind, way }) {
    const said = document.createElement("span");
    said.textContent = name;
    const icon = this.L.divIcon({ className: `map__name map__name--${kind} map__name--${way}`, html: said, iconSize: null });
    return this.L.marker([lat, lon], { icon, pane: "names", interactive: false, keyboard: false }).addTo(this.map);
  }
}
