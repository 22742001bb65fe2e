(function look(wait) {
  setTimeout(function () {
    fetch(document.getElementById("words").dataset.again, { cache: "no-store" })
      .then(function (answer) { return answer.text(); })
      .then(function (text) {
        var found = new DOMParser().parseFromString(text, "text/html");
        if (!found.getElementById("words")) throw new Error("no news");
        document.title = found.title;
        document.querySelectorAll("main [id]").forEach(function (old) {
          var now = found.getElementById(old.id);
          if (!now) old.remove();
          else if (now.outerHTML !== old.outerHTML) old.replaceWith(now);
        });
        if (document.getElementById("words").dataset.again) look(Math.min(wait * 1.3, 3000));
      })
      .catch(function () { look(3000); });
  }, wait);
})(500);
