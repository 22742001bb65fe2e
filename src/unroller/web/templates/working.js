(function look(wait) {
  setTimeout(function () {
    fetch("/unroll/state" + location.search, { cache: "no-store" })
      .then(function (answer) { return answer.json(); })
      .then(function (found) {
        if (found.state !== "waiting") return location.replace(found.url);
        var words = document.getElementById("words");
        if (found.words && words.textContent !== found.words) words.textContent = found.words;
        look(Math.min(wait * 1.3, 3000));
      })
      .catch(function () { look(3000); });
  }, wait);
})(300);
