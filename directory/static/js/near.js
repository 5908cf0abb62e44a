/** Near me: ask the browser where it is, only on a press, and send that rounded in the body of a form. */
const form = document.querySelector("[data-near]");
const button = form.querySelector("button");
const spot = ["lat", "lon"].map(name => form.elements.namedItem(name));

function say(code) {
  button.removeAttribute("aria-busy");
  const line = document.createElement("p");
  line.textContent = document.querySelector(`[data-near-message="${code}"]`).content.textContent;
  document.querySelector("[data-near-wrong]").replaceChildren(line);
  document.getElementById("near-place").focus();
}

/** Nothing stays behind: not after the back button, and not in a form that the browser fills in again. */
function forget() {
  spot.forEach(field => (field.value = ""));
  button.removeAttribute("aria-busy");
}

form.addEventListener("submit", event => {
  event.preventDefault();
  button.setAttribute("aria-busy", "true");
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      // Two decimals are about a kilometre: enough to find a town.
      [coords.latitude, coords.longitude].forEach((degrees, index) => (spot[index].value = degrees.toFixed(2)));
      form.submit();
      forget();
    },
    error => say(error.code === error.PERMISSION_DENIED ? "denied" : "unknown"),
    { maximumAge: 600000, timeout: 15000 },
  );
});
addEventListener("pageshow", forget);

if (navigator.geolocation) {
  form.querySelector("[data-near-off]").hidden = true;
  form.querySelector("[data-near-on]").hidden = false;
}
