"""How the stakeholder page looks, the few lines that keep it live, and what a browser may load for it: nothing else."""

from base64 import b64encode
from hashlib import sha256

STYLE = """
:root { color-scheme: light dark; --ink: #15202b; --muted: #4d5a67; --paper: #f6f7f9; --card: #fff; --rule: #d5dbe1;
  --edge: #6b7885; --open: #b3261e; --over: #1a6b3c; --wash: #fdf1ef; --washed: #eef6f0; --on: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e9ef; --muted: #a3afbb; --paper: #0d1117; --card: #151b23; --rule: #2c3641; --edge: #8793a0;
    --open: #ff8f80; --over: #74d099; --wash: #241817; --washed: #14211a; --on: #0d1117; }
}
* { box-sizing: border-box; }
html { font-size: clamp(16px, .55vw + 12px, 22px); }
body { font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; color: var(--ink); background: var(--paper);
  margin: 0 auto; max-width: 46rem; padding: 1rem 1.1rem 3rem; overflow-wrap: anywhere; }
h1, h2, h3, p, dl, dd, ol { margin: 0; padding: 0; } ol { list-style: none; }
.bar { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .1rem 1rem; color: var(--muted);
  font-size: .875rem; padding: .2rem 0 .9rem; }
#silent { flex-basis: 100%; background: var(--open); color: var(--on); padding: .5rem .9rem; border-radius: .5rem;
  font-weight: 600; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.now { background: var(--wash); border: 1px solid var(--rule); border-left: .4rem solid var(--open);
  border-radius: .6rem; padding: 1.2rem 1.3rem 1.3rem; }
.over .now { background: var(--washed); border-left-color: var(--over); }
h1 { font-size: 1.65rem; line-height: 1.25; font-weight: 650; letter-spacing: -.01em; }
.status { font-size: 1.2rem; line-height: 1.4; margin-top: .5rem; }
.status strong { color: var(--open); } .over .status strong { color: var(--over); }
.impact { margin-top: .9rem; } .since { margin-top: .7rem; color: var(--muted); font-size: .875rem; }
.label { display: block; color: var(--muted); font-size: .875rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .7rem; margin: .7rem 0 0; }
.facts div { background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; padding: .7rem 1rem .8rem; }
.facts dt { color: var(--muted); font-size: .875rem; }
.facts dd { font-variant-numeric: tabular-nums; } .facts dd b { display: block; font-size: 1.15rem; font-weight: 600; }
.facts dd span { color: var(--muted); } .facts b.late { color: var(--open); }
h2 { font-size: 1.2rem; font-weight: 650; margin: 2.3rem 0 .8rem; }
.updates { border-left: 2px solid var(--rule); margin-left: .4rem; }
.updates li { position: relative; padding: 0 0 1.5rem 1.5rem; } .updates li:last-child { padding-bottom: .2rem; }
.updates li::before { content: ""; position: absolute; left: -.44rem; top: .42rem; width: .75rem; height: .75rem;
  border-radius: 50%; background: var(--paper); border: 2px solid var(--edge); }
.updates li:first-child::before { background: var(--ink); border-color: var(--ink); }
h3 { font-size: .95rem; font-weight: 600; color: var(--muted); font-variant-numeric: tabular-nums; }
h3 + p { margin-top: .2rem; } .said { white-space: pre-wrap; }
.updates li:first-child h3 { color: var(--ink); } .tag { color: var(--open); }
.asked { background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; padding: .1rem 1.1rem; }
.asked div { padding: .9rem 0; } .asked div + div { border-top: 1px solid var(--rule); }
.asked dt { font-weight: 600; white-space: pre-wrap; } .asked dd { margin-top: .25rem; }
.asked dd span { color: var(--muted); font-size: .875rem; }
form { background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; padding: .6rem 1.2rem 1.1rem; }
label { display: block; font-weight: 600; margin: .7rem 0 .25rem; } .hint { color: var(--muted); font-size: .875rem; }
input, textarea { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--edge);
  border-radius: .4rem; padding: .55rem .7rem; width: 100%; }
textarea { resize: vertical; min-height: 6rem; }
button { font: inherit; font-weight: 600; color: var(--on); background: var(--ink); border: 1px solid var(--ink);
  border-radius: .4rem; padding: .6rem 1.6rem; margin: 1rem 0 .5rem; min-height: 2.75rem; cursor: pointer; }
@media (prefers-color-scheme: dark) { button { color: #0d1117; } }
:focus-visible { outline: 3px solid var(--over); outline-offset: 2px; }
.notice { border-left: .35rem solid var(--over); background: var(--washed); border-radius: .4rem; padding: .6rem .9rem;
  margin: .7rem 0; }
.notice.wrong { border-color: var(--open); background: var(--wash); }
footer { color: var(--muted); font-size: .875rem; margin-top: 2.5rem; border-top: 1px solid var(--rule);
  padding-top: .8rem; }
a { color: inherit; }
@media (max-width: 30rem) {
  .facts { display: block; background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; }
  .facts div { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); border: 0; background: none; }
  .facts div + div { border-top: 1px solid var(--rule); border-radius: 0; }
  .facts dd b { font-size: 1rem; } .facts dt { padding-top: .1rem; }
}
@media (max-width: 24rem) { body { padding: .7rem .7rem 2rem; } h1 { font-size: 1.4rem; } .now { padding: 1rem; } }
@media (prefers-reduced-motion: no-preference) { .new { animation: new 2s ease-out; } }
@keyframes new { from { opacity: .35; } }
@media print { form, #silent, #ask { display: none; } body { max-width: none; background: #fff; } }
"""

SCRIPT = """
"use strict";
(function () {
  var living = document.getElementById("living"), silent = document.getElementById("silent");
  var news = document.getElementById("news"), made = document.getElementById("made");
  var where = location.pathname.replace(/\\/+$/, "") + "/live", heard = Date.now(), pause = 4000, asked = 0;
  var ahead = living.dataset.now - Date.now();
  function many(n, word) { return n + " " + word + (n === 1 ? "" : "s"); }
  function span(ms) {
    var m = Math.floor(ms / 60000), h = Math.floor(m / 60), d = Math.floor(h / 24);
    if (m < 1) return "less than a minute";
    if (h < 1) return many(m, "minute");
    if (d < 1) return many(h, "hour") + (m % 60 ? " " + many(m % 60, "minute") : "");
    return many(d, "day") + (h % 24 ? " " + many(h % 24, "hour") : "");
  }
  function look() {
    var now = Date.now() + ahead, minutes = Math.floor((Date.now() - heard) / 60000);
    document.querySelectorAll("[data-as]").forEach(function (e) {
      var left = e.dataset.at - now, due = e.dataset.as === "due";
      var late = due && left < 0;
      e.textContent = due ? (late ? span(-left) + " late" : "in " + span(left)) : span(-left) + " ago";
      e.classList.toggle("late", late);
    });
    silent.hidden = minutes < 1;
    if (minutes >= 1 && minutes !== asked) ask();
    asked = minutes;
    if (minutes >= 1) silent.textContent = "Not heard from the war room for " + minutes + " min. Trying again.";
  }
  function hear(now) { heard = Date.now(); ahead = now - heard; pause = 4000; look(); }
  var events = {
    page: function (data) {
      var page = JSON.parse(data);
      if (page.version === living.dataset.version) return hear(page.now);
      living.innerHTML = page.html;
      living.className = page.look;
      living.dataset.version = page.version;
      made.textContent = page.made;
      news.textContent = page.news;
      document.title = page.title;
      void living.offsetWidth;
      living.classList.add("new");
      hear(page.now);
    },
    here: function (data) { hear(+data); },
    gone: function () { location.reload(); }
  };
  function open() {
    var stream = new EventSource(where + "?have=" + living.dataset.version);
    Object.keys(events).forEach(function (name) {
      stream.addEventListener(name, function (event) { events[name](event.data); });
    });
    stream.onerror = function () {
      if (stream.readyState !== EventSource.CLOSED) return;
      setTimeout(open, pause * (1 + Math.random()));
      pause = Math.min(60000, pause * 2);
    };
  }
  function ask() {
    fetch(where + "?once=1&have=" + living.dataset.version).then(function (answer) {
      if (answer.status === 404 || answer.status === 410) events.gone();
      return answer.ok ? answer.text() : "";
    }).then(function (text) {
      var said = /^event: (\\w+)\\ndata: (.*)/.exec(text);
      if (said) events[said[1]](said[2]);
    }, function () {});
  }
  if (window.EventSource) open();
  look();
  setInterval(look, 5000);
  document.addEventListener("visibilitychange", look);
})();
"""


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


STILL = f"default-src 'none'; style-src {_hash(STYLE)}; base-uri 'none'; form-action 'none'"
"""The policy of a page that loads nothing and sends nothing."""

LIVE = (
    f"default-src 'none'; style-src {_hash(STYLE)}; script-src {_hash(SCRIPT)}; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The policy of the page that a server shows: its own style and script by their hashes, its own stream, its form."""
