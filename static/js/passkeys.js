// Shows what needs a passkey where the browser knows them, and says in words why one was not used.
// allauth's scripts do the rest; what they cannot do they would only write to the console.

const known = Boolean(window.PublicKeyCredential && navigator.credentials);
for (const part of document.querySelectorAll("[data-needs-passkeys]")) part.hidden = !known;
for (const part of document.querySelectorAll("[data-without-passkeys]")) part.hidden = known;

const WORDS = {
  InvalidStateError: "This device is added already. Log in with it, or choose another one.",
  SecurityError: `Passkeys work only at the site’s own address, and this is ${location.host}.`,
  NotAllowedError: "No passkey was used: it was cancelled, took too long, or none fits. Try again, or choose another way.",
};
const OTHERWISE = "Your browser could not use a passkey just now. Try again, or choose another way.";

document.addEventListener("allauth.error", (event) => {
  const place = document.querySelector("[data-passkey-trouble]");
  if (!place) return;
  event.preventDefault();
  place.textContent = WORDS[event.detail.exception?.name] ?? OTHERWISE;
});
