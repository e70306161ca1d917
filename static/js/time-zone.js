// Chooses the browser's own time zone where none is chosen yet; without it the list works all the same.
const box = document.querySelector("select[data-time-zone]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (box && !box.value && [...box.options].some((option) => option.value === zone)) box.value = zone;
