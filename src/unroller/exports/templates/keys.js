// Keys for who reads with a keyboard. The page is whole without them; what only they need, they make.
(function () {
  var help, off = false, STOP = ".post, .gap";
  try { off = localStorage.keys === "off"; } catch (refused) { /* a page from a file may keep nothing */ }

  function stops() {
    return Array.from(document.querySelectorAll(STOP)).filter(function (one) {
      return one.checkVisibility ? one.checkVisibility() : one.offsetParent;
    });
  }

  // Where the reader is: at the post that has the focus while it is in sight, else at the last that began above.
  function place(all) {
    var held = all.indexOf(document.activeElement.closest(STOP));
    var box = held < 0 ? null : all[held].getBoundingClientRect();
    if (box && box.bottom > 0 && box.top < innerHeight) return held;
    return all.filter(function (one) { return one.getBoundingClientRect().top < 80; }).length - 1;
  }

  function go(to) {
    if (!to) return;
    if (to.tabIndex < 0) to.tabIndex = -1;
    to.focus({ preventScroll: true });
    to.scrollIntoView({ block: "start", behavior: "instant" });
  }

  function original(at) {
    var link = at && at.querySelector(":scope > a, :scope > footer > a, :scope > p:last-child > a");
    if (link) link.click();
  }

  function contents(list) {
    if (!list) return;
    list.open = true;
    go(list.firstElementChild);
  }

  function explain() {
    help = help || document.body.appendChild(document.createElement("dialog"));
    help.className = "keys";
    help.lang = "en";
    help.innerHTML = "<h2 id=keys>Keys</h2><p><kbd>j</kbd> next post, <kbd>k</kbd> the one before" +
      "<p><kbd>o</kbd> the original of this post<p><kbd>c</kbd> contents<p><kbd>?</kbd> these words" +
      "<p><button autofocus>Close</button> <button value=switch>Switch keys " + (off ? "on" : "off") + "</button>";
    help.setAttribute("aria-labelledby", "keys");
    help.onclick = function (event) {
      if (event.target.value) {
        off = !off;
        try { localStorage.keys = off ? "off" : "on"; } catch (refused) { /* then until the page is left */ }
      }
      if (event.target.tagName === "BUTTON") help.close();
    };
    help.showModal();
  }

  document.addEventListener("keydown", function (event) {
    if (off || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || (help && help.open)) return;
    if (event.target.closest("input, textarea, select, video, audio, [contenteditable]")) return;
    var all = stops(), at = place(all);
    if (event.key === "j") go(all[at + 1]);
    else if (event.key === "k") go(all[at - 1]);
    else if (event.key === "o") original(all[at]);
    else if (event.key === "c") contents(document.getElementById("contents"));
    else if (event.key === "?") explain();
    else return;
    event.preventDefault();
  });

  var button = document.querySelector("footer.site p").appendChild(document.createElement("button"));
  button.textContent = "Keys";
  button.onclick = explain;
})();
