/* Searches a folder of threads. Only what a search needs is loaded, as scripts: nothing can be fetched
   where a page is opened as a file. Words are cut and folded as core/search.py does. */
(function () {
  "use strict";

  const here = new URL(".", document.currentScript.src);
  const PAGE = 10;
  const LENGTH = 240;
  const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
  const arriving = new Map();

  /* Every data file calls this with its own name. */
  window.found = function (name, value) {
    arriving.get(name)?.resolve(value);
  };

  /* What the file says; null where it is missing. */
  function load(name) {
    if (!arriving.has(name)) {
      const one = {};
      one.promise = new Promise(function (resolve) {
        one.resolve = resolve;
        const script = document.createElement("script");
        script.src = new URL(name + ".js", here);
        script.onload = script.onerror = () => resolve(null);
        document.head.append(script);
      });
      arriving.set(name, one);
    }
    return arriving.get(name).promise;
  }

  /* ------------------------------------------------------------------------------------- words */

  function makeWords(rules) {
    const inside = `${rules.unspaced}`;
    const spaced = `(?:(?![${inside}])[\\p{L}\\p{N}${rules.signs}${rules.marks}])+`;
    const piece = new RegExp(`[${inside}]+|${spaced}`, "gu");
    const unspaced = new RegExp(`^[${inside}]`, "u");
    const marks = new RegExp(`[${rules.marks}]`, "gu");
    const quotes = new RegExp(`[${rules.quotes}]`, "gu");
    const lower = (text) => Array.from(text, (letter) => rules.lower[letter] ?? letter.toLowerCase()).join("");

    function flatten(text) {
      const bare = lower(text).normalize("NFKD").replace(marks, "").normalize("NFC");
      return Array.from(lower(bare), (letter) => rules.alike[letter] ?? letter).join("");
    }

    const pieces = (text) => text.match(piece) ?? [];
    const start = (text) => Array.from(text).slice(0, rules.token).join("");

    function tokensOf(one) {
      if (!unspaced.test(one)) return [start(one)];
      const letters = Array.from(one);
      return letters.map((letter, at) => letter + (letters[at + 1] ?? ""));
    }

    const tokens = (text) => pieces(flatten(text)).flatMap(tokensOf);

    function phrase(text) {
      const whole = pieces(flatten(text)).slice(0, rules.phrase);
      if (!whole.length) return null;
      const last = whole.pop();
      const before = whole.flatMap(tokensOf);
      if (!unspaced.test(last)) return { tokens: [...before, start(last)], open: false };
      const pairs = tokensOf(start(last)).slice(0, -1);
      return { tokens: [...before, ...(pairs.length ? pairs : [last])], open: !pairs.length };
    }

    function parse(words) {
      const query = { all: [], none: [] };
      const straight = Array.from(words).slice(0, 2000).join("").replace(quotes, '"');
      for (const [, sign, quoted, bare] of straight.matchAll(/(-?)(?:"([^"]*)(?:"|$)|([^\s"]+))/gu)) {
        const one = phrase(quoted || bare || "");
        if (one && query.all.length + query.none.length < rules.words) query[sign ? "none" : "all"].push(one);
      }
      return query;
    }

    /* Where what was looked for stands in a line: [from, to], in order. */
    function marked(line, wanted) {
      const spans = [];
      const add = function (from, to) {
        const last = spans.at(-1);
        if (last && last[1] === from) last[1] = to;
        else spans.push([from, to]);
      };
      for (const match of line.matchAll(piece)) {
        const flat = flatten(match[0]);
        const end = match.index + match[0].length;
        const letters = Array.from(match[0]);
        if (!unspaced.test(flat) || flat.length !== match[0].length) {
          if (tokens(match[0]).some((token) => wanted.has(token))) add(match.index, end);
          continue;
        }
        let from = match.index;
        const folded = Array.from(flat);
        folded.forEach(function (letter, at) {
          const beside = [letter, letter + (folded[at + 1] ?? ""), (folded[at - 1] ?? "") + letter];
          const to = from + letters[at].length;
          if (beside.some((token) => wanted.has(token))) add(from, to);
          from = to;
        });
      }
      return spans;
    }

    return { flatten, tokens, parse, marked };
  }

  /* ------------------------------------------------------------------------------------- index */

  function unpack(packed) {
    const numbers = [];
    let number = 0;
    let step = 0;
    let shift = 0;
    for (const digit of packed) {
      const value = DIGITS.indexOf(digit);
      step += (value & 31) * 2 ** shift;
      shift += 5;
      if (value < 32) {
        number += step;
        numbers.push(number);
        step = shift = 0;
      }
    }
    return numbers;
  }

  /* The numbers of all threads with `token`; `open`: with any token that begins so. */
  async function having(shards, token, open) {
    let at = shards.findLastIndex(([first]) => first <= token);
    const lines = [];
    do lines.push(load("words/" + shards[at][1]));
    while (open && ++at < shards.length && shards[at][0].startsWith(token));
    const numbers = new Set();
    for (const line of (await Promise.all(lines)).flatMap((shard) => (shard ?? "").split("\n"))) {
      const [word, packed] = line.split(" ");
      if (packed && (open ? word.startsWith(token) : word === token)) unpack(packed).forEach((n) => numbers.add(n));
    }
    return numbers;
  }

  async function candidates(shards, phrases) {
    const asked = phrases.flatMap(({ tokens, open }) =>
      tokens.map((token, at) => having(shards, token, open && at === tokens.length - 1)),
    );
    const [first, ...others] = await Promise.all(asked);
    return [...first].filter((number) => others.every((one) => one.has(number))).sort((a, b) => b - a);
  }

  function holds(line, { tokens, open }) {
    return line.includes(` ${tokens.join(" ")}${open ? "" : " "}`);
  }

  /* The threads that are found, the newest first, each as soon as its text has been looked at. */
  async function* search(words, shards, query) {
    const numbers = await candidates(shards, query.all);
    for (let at = 0; at < numbers.length; at += PAGE) {
      const texts = numbers.slice(at, at + PAGE).map((number) => load("texts/" + number));
      for (const said of await Promise.all(texts)) {
        const line = said ? ` ${words.tokens(said.text).join(" ")} ` : "";
        const fits = query.all.every((one) => holds(line, one)) && !query.none.some((one) => holds(line, one));
        if (said && fits) yield said;
      }
    }
  }

  /* ----------------------------------------------------------------------------------- results */

  function element(name, values, ...inside) {
    const made = Object.assign(document.createElement(name), values);
    made.append(...inside);
    return made;
  }

  /* The place in the text that says most of what was looked for. */
  function passage(words, text, phrases) {
    const wanted = new Set(phrases.flatMap(({ tokens }) => tokens));
    const says = (one) => phrases.filter(({ tokens }) => tokens.every((token) => one.includes(token))).length;
    const best = text
      .split("\n\n")
      .map((one) => [says(words.flatten(one)), one])
      .reduce((best, one) => (one[0] > best[0] ? one : best));
    const line = best[1].trim().split(/\s+/u).join(" ");
    const spans = words.marked(line, wanted);
    let start = Math.max(0, (spans[0]?.[0] ?? 0) - LENGTH / 3);
    if (start) start = line.indexOf(" ", start) + 1 || start;
    if (spans[0] && start > spans[0][0]) start = spans[0][0];
    const whole = (at) => (/[\udc00-\udfff]/.test(line[at] ?? "") ? at + 1 : at);
    return drawn(line, spans, whole(start), whole(start + LENGTH));
  }

  function drawn(line, spans, start, end) {
    const inside = [start ? "…" : ""];
    let at = start;
    for (const [from, to] of spans.filter(([from]) => from >= start && from < end)) {
      inside.push(line.slice(at, from), element("mark", {}, line.slice(from, to)));
      at = to;
    }
    inside.push(line.slice(at, Math.max(at, end)), Math.max(at, end) < line.length ? "…" : "");
    return element("p", { dir: "auto" }, ...inside);
  }

  function result(words, said, phrases) {
    const link = element("a", { href: said.address, dir: "auto", lang: said.language }, said.title);
    const facts = [said.author && element("bdi", {}, said.author), said.posts, said.day].filter(Boolean);
    const small = element("small", {}, ...facts.flatMap((fact, at) => (at ? [" · ", fact] : [fact])));
    return element("li", {}, link, passage(words, said.text, phrases), small);
  }

  async function start() {
    const asked = new URLSearchParams(location.search).get("q") ?? "";
    const [status, results, more] = ["status", "results", "more"].map((id) => document.getElementById(id));
    document.getElementById("q").value = asked;
    status.textContent = asked.trim() && "Searching …";
    if (!asked.trim()) return;
    const contents = await load("contents");
    if (!contents) return void (status.textContent = "The files to search in are missing.");
    const words = makeWords(contents.folding);
    const query = words.parse(asked);
    const stream = query.all.length ? search(words, contents.shards, query) : [][Symbol.iterator]();
    let next = await stream.next();

    async function show() {
      const first = results.childElementCount;
      for (let count = 0; count < PAGE && !next.done; count++, next = await stream.next()) {
        results.append(result(words, next.value, query.all));
      }
      const shown = results.childElementCount;
      const counted = shown === 1 ? "1 thread" : `${shown} threads`;
      status.textContent = next.done ? (shown ? counted : "Nothing was found.") : `The newest ${counted}; there are more.`;
      more.hidden = next.done;
      if (first) results.children[first]?.querySelector("a").focus();
    }

    more.onclick = show;
    await show();
  }

  window.unroller = { makeWords, load };
  start();
})();
