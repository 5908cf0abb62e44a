/**
 * Passkeys: make one, or answer with one. Every place that needs it is a [data-passkey] whose parts stand hidden in the page:
 * without this script, or in a browser without WebAuthn, they stay so and the other ways in are used.
 */
const bytes = text => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), one => one.charCodeAt(0));
const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** Less than the five minutes for which a challenge holds. */
const RENEW = 4 * 60 * 1000;
let waiting = new AbortController();

async function send(place, address, body = {}) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": place.dataset.token },
    body: JSON.stringify(body),
  });
  if (!answer.headers.get("Content-Type")?.startsWith("application/json")) throw new Elsewhere(answer.statusText);
  const found = await answer.json();
  if (!answer.ok) throw new Refusal(found.message);
  return found;
}

/** What the site said in words for the reader. */
class Refusal extends Error {}

/** A page instead of an answer: who it is has to be shown again, or the page was open for too long. */
class Elsewhere extends Error {}

function asked(options) {
  const listed = (options.allowCredentials ?? []).map(one => ({ ...one, id: bytes(one.id) }));
  return { ...options, challenge: bytes(options.challenge), allowCredentials: listed };
}

function wanted(options) {
  const listed = (options.excludeCredentials ?? []).map(one => ({ ...one, id: bytes(one.id) }));
  return { ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: listed };
}

function told(credential) {
  const parts = ["attestationObject", "clientDataJSON", "authenticatorData", "signature", "userHandle"];
  const response = Object.fromEntries(parts.filter(part => credential.response[part]).map(part => [part, text(credential.response[part])]));
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
}

/** What stands beside the button: the name of a new passkey, whether others are logged out. */
function beside(place) {
  const form = place.closest("form");
  if (!form || place.dataset.passkey !== "create") return {};
  return { name: form.elements.name.value, ends_others: form.elements.ends_others.checked };
}

async function run(place, more = {}) {
  waiting.abort();
  waiting = new AbortController();
  const { signal } = waiting;
  const options = await send(place, place.dataset.options);
  if (signal.aborted) return;
  const credential =
    place.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: wanted(options), signal })
      : await navigator.credentials.get({ publicKey: asked(options), signal, ...more });
  const { next } = await send(place, place.dataset.answer, { credential: told(credential), next: place.dataset.next, ...beside(place) });
  location.assign(next);
}

function say(place, words) {
  const line = place.querySelector("[data-passkey-said]");
  line.textContent = words;
  line.hidden = !words;
}

/** A browser tells little of why it stopped, and on purpose: closed by the person, no such passkey, or too long. */
function wordsFor(place, error) {
  if (error instanceof Refusal) return error.message;
  return error.name === "InvalidStateError" ? place.dataset.known : place.dataset.stopped;
}

async function pressed(place, button) {
  say(place, "");
  button.setAttribute("aria-busy", "true");
  try {
    await run(place);
  } catch (error) {
    if (error instanceof Elsewhere) return location.reload(); // only on a press, so that nothing goes round in circles
    say(place, wordsFor(place, error));
    offer(place);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/** Where the browser can, it names passkeys in the list below the e-mail field. Nothing is said unless one was chosen. */
async function offer(place) {
  if (!("conditional" in place.dataset) || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  const renew = setTimeout(() => offer(place), RENEW);
  try {
    await run(place, { mediation: "conditional" });
  } catch (error) {
    if (error instanceof Refusal) say(place, error.message);
  } finally {
    clearTimeout(renew);
  }
}

if (window.PublicKeyCredential) {
  for (const place of document.querySelectorAll("[data-passkey]")) {
    const button = place.querySelector("button");
    for (const part of place.querySelectorAll("[data-passkey-on]")) part.hidden = false;
    for (const part of place.querySelectorAll("[data-passkey-off]")) part.hidden = true;
    button.addEventListener("click", () => pressed(place, button));
    place.closest("form")?.addEventListener("submit", event => {
      if (place.dataset.passkey !== "create") return;
      event.preventDefault(); // Enter in the field of the name
      pressed(place, button);
    });
    offer(place);
  }
}
