// Single keys on the moderators' desk: each presses the button or opens the link that is marked with it.

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox], [type=submit]), textarea, select");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === "?") {
    const keys = document.getElementById("keys");
    keys.open = !keys.open;
    keys.querySelector("summary").focus();
  } else {
    const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!found) return;
    if (found.matches("form")) found.requestSubmit();
    else if (found.matches("summary")) {
      found.parentElement.open = true;
      found.parentElement.querySelector("input").focus();
    } else found.click();
  }
  event.preventDefault();
});
