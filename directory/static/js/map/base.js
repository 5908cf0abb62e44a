/** The drawn base: land, lakes and borders from small files of our own, names of places from our own gazetteer. Or somebody's tiles. */
import { Names } from "./names.js";

const FILES = new URL("../../map/", import.meta.url);
const STEPS = 500, OVERLAP = 0.02; // as in tools/make_basemap.py
/** Borders of states and provinces are drawn from this zoom on, and the finer squares. */
const REGIONS_FROM = 4, NEAR_FROM = 5;
/** What a line is called in the files, and its class. Seams: under a border, where two sources leave a gap between two lands. */
const CLASSES = { land: "land", union: "land", seams: "seam", lakes: "lake", borders: "border", regions: "region" };
const FILLED = new Set(["land", "union", "lakes"]);

export async function fetched(url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status} ${url}`);
  return answer.json();
}

/** A line packed by tools/make_basemap.py: differences of points, five bits to a character, latitude first. */
export function unpack(text) {
  const points = [];
  let at = 0, lat = 0, lon = 0;
  const next = () => {
    let number = 0, shift = 0, bits;
    do {
      bits = text.charCodeAt(at++) - 63;
      number |= (bits & 31) << shift;
      shift += 5;
    } while (bits & 32);
    return number & 1 ? ~(number >> 1) : number >> 1;
  };
  while (at < text.length) points.push([(lat += next()) / STEPS, (lon += next()) / STEPS]);
  return points;
}

/** A ring that goes on beyond the 180th meridian is drawn on the other edge too. */
function everywhere(rings) {
  return rings.flatMap(ring => {
    const lons = ring.map(point => point[1]);
    const copies = [ring];
    if (Math.max(...lons) > 180) copies.push(ring.map(([lat, lon]) => [lat, lon - 360]));
    if (Math.min(...lons) < -180) copies.push(ring.map(([lat, lon]) => [lat, lon + 360]));
    return copies;
  });
}

/** The whole world roughly, and from NEAR_FROM on the squares in sight as finely as we have them, over it. */
export class Base {
  static async draw(view) {
    return new Base(view, await fetched(new URL("base.json", FILES)));
  }

  constructor(view, far) {
    Object.assign(this, { L: view.L, map: view.map, side: far.side, known: new Set(far.squares), squares: new Map() });
    this.panes = Object.fromEntries(["far", "water", "near"].map((name, at) => [name, this.pane(`base-${name}`, 200 + at)]));
    const rough = { land: far.land, union: far.union };
    this.layers(rough, "far").forEach(layer => layer.addTo(this.map));
    this.far = this.L.layerGroup(this.layers({ lakes: far.lakes, borders: far.borders }, "far"));
    this.farRegions = this.L.layerGroup(this.layers({ regions: far.regions }, "far"));
    this.names = new Names(view, far.names, view.section.dataset.labels);
    const sources = Object.assign(document.createElement("a"), { href: view.section.dataset.sources, textContent: far.credit });
    this.map.attributionControl.addAttribution(sources.outerHTML);
    this.map.on("moveend", () => this.fit());
    this.fit();
  }

  pane(name, height) {
    const pane = this.map.createPane(name);
    pane.classList.add("map__base");
    pane.style.zIndex = height;
    return { pane: name, renderer: this.L.svg({ pane: name, padding: 0.75 }), interactive: false };
  }

  layers(packed, pane) {
    const made = [];
    for (const [name, lines] of Object.entries(packed)) {
      const options = { ...this.panes[pane], className: `map__${CLASSES[name]}` };
      const points = lines.map(unpack);
      if (points.length) made.push(FILLED.has(name) ? this.L.polygon(everywhere(points), options) : this.L.polyline(points, options));
    }
    return made;
  }

  fit() {
    const zoom = this.map.getZoom();
    const isNear = zoom >= NEAR_FROM;
    this.toggle(this.far, !isNear);
    this.toggle(this.farRegions, !isNear && zoom >= REGIONS_FROM);
    const wanted = new Set(isNear ? this.inSight() : []);
    for (const key of wanted) if (!this.squares.has(key)) this.squares.set(key, this.fetch(key));
    for (const [key, square] of this.squares) if (square.group) this.toggle(square.group, wanted.has(key));
  }

  toggle(layer, on) {
    if (on) layer.addTo(this.map);
    else layer.remove();
  }

  inSight() {
    const { side } = this;
    const sight = this.map.getBounds().pad(0.1);
    const first = degrees => Math.floor(degrees / side) * side;
    const found = [];
    for (let west = first(sight.getWest()); west <= sight.getEast(); west += side)
      for (let south = first(sight.getSouth()); south <= sight.getNorth(); south += side) if (this.known.has(`${west}_${south}`)) found.push(`${west}_${south}`);
    return found;
  }

  fetch(key) {
    const square = { group: null };
    fetched(new URL(`${key}.json`, FILES)).then(({ lakes, borders, regions, ...shores }) => {
      const [west, south] = key.split("_").map(Number);
      const [north, east] = [south + this.side + OVERLAP, west + this.side + OVERLAP];
      const corners = [[south - OVERLAP, west - OVERLAP], [south - OVERLAP, east], [north, east], [north, west - OVERLAP]];
      const water = this.L.polygon(corners, { ...this.panes.water, className: "map__water" });
      square.group = this.L.layerGroup([water, ...this.layers({ ...shores, seams: borders, lakes, borders, regions }, "near")]);
      if (this.map.getPane("base-near")) this.fit();
    }, () => this.squares.delete(key)); // the rough world stays, and the next move asks again
    return square;
  }
}

/** Not Leaflet's own layer of tiles, which shows an empty data: picture for each that leaves: the content policy allows none. */
export function drawTiles({ L, map, section }) {
  const { tiles, credit } = section.dataset;
  const Tiles = L.GridLayer.extend({
    createTile({ x, y, z }, done) {
      const tile = Object.assign(document.createElement("img"), { alt: "", referrerPolicy: "strict-origin" });
      tile.onload = () => done(null, tile);
      tile.onerror = () => done(new Error("no tile"), tile);
      tile.src = tiles.replace("{z}", z).replace("{x}", x).replace("{y}", y);
      return tile;
    },
  });
  const said = Object.assign(document.createElement("span"), { textContent: credit }); // a setting, shown as words
  new Tiles({ attribution: said.outerHTML }).addTo(map);
}
