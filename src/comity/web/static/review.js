// Review by keyboard: a letter does what the button or link that names it does; nothing while somebody types.
(() => {
  const kept = "comity-review-keys";
  let off = sessionStorage.getItem(kept) === "off";
  const say = () => {
    const button = document.getElementById("keys-off");
    if (!button) return;
    button.closest("[hidden], .keys").hidden = false;
    button.setAttribute("aria-pressed", String(off));
  };
  document.addEventListener("keydown", (event) => {
    if (off || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const key = event.key.toLowerCase();
    if (!/^[a-z]$/.test(key)) return;
    const what = document.querySelector(`[data-key="${key}"]`);
    if (!what) return;
    event.preventDefault();
    what.click();
  });
  document.addEventListener("DOMContentLoaded", say);
  document.addEventListener("click", (event) => {
    if (event.target.id !== "keys-off") return;
    off = !off;
    sessionStorage.setItem(kept, off ? "off" : "on");
    say();
  });
  if (document.readyState !== "loading") say();
})();
