/** The drawn base: land, lakes and borders from one small file, names of places from our own gazetteer. Or somebody's tiles. */
import { Names } from "./names.js";

const STEPS = 500;
/** Borders of states and provinces are drawn from this zoom on. */
const REGIONS_FROM = 4;

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

export function drawBase(view, base) {
  const { L, map, section } = view;
  map.createPane("base").classList.add("map__base");
  map.getPane("base").style.zIndex = 200;
  const shared = { pane: "base", renderer: L.svg({ pane: "base", padding: 0.75 }), interactive: false };
  const filled = (lines, name) => L.polygon(everywhere(lines.map(unpack)), { ...shared, className: `map__${name}` });
  const drawn = (lines, name) => L.polyline(lines.map(unpack), { ...shared, className: `map__${name}` });
  for (const part of ["land", "union"]) filled(base[part], "land").addTo(map);
  const regions = drawn(base.regions, "region");
  const lakes = filled(base.lakes, "lake").addTo(map);
  drawn(base.borders, "border").addTo(map);
  const fit = () => {
    if (map.getZoom() < REGIONS_FROM) regions.remove();
    else if (!map.hasLayer(regions)) { regions.addTo(map); lakes.bringToFront(); }
  };
  map.on("zoomend", fit);
  fit();
  map.attributionControl.addAttribution(base.credit);
  return new Names(view, base.names, section.dataset.labels);
}

export function drawTiles({ L, map, section }) {
  const credit = document.createElement("span");
  credit.textContent = section.dataset.credit; // an operator's setting, shown as words
  L.tileLayer(section.dataset.tiles, { attribution: credit.innerHTML, maxZoom: 18, referrerPolicy: "strict-origin" }).addTo(map);
}
