"""How the stakeholder page looks, and the few lines that keep it live."""

STYLE = """
:root { color-scheme: light dark; --ink: #16202b; --muted: #46525e; --paper: #fff; --rule: #c4ccd4; --loud: #8c1d18;
  --open: #b3261e; --over: #1d6b3a; --field: #f4f6f8; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #dce3ea; --muted: #a9b4bf; --paper: #0d1117; --rule: #39444f; --loud: #ff8a78; --open: #ff8a78;
    --over: #7bd49b; --field: #161c24; }
}
* { box-sizing: border-box; }
body { font: 17px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto;
  max-width: 46rem; padding: 1.2rem; overflow-wrap: anywhere; }
header { border-left: .4rem solid var(--open); padding-left: 1rem; margin: .5rem 0 1.4rem; }
header.over { border-color: var(--over); }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .3rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; border-top: 1px solid var(--rule); padding-top: .8rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .2rem; }
p { margin: .3rem 0; } article p, dd { white-space: pre-wrap; }
.status { font-size: 1.15rem; }
dl { display: grid; grid-template-columns: fit-content(12rem) minmax(0, 1fr); gap: .3rem 1.2rem; margin: 0; }
dl.questions { display: block; } dl.questions dt { font-weight: 600; color: var(--ink); margin-top: .9rem; }
dl.questions span, .age, footer { color: var(--muted); font-size: .9rem; }
dt { color: var(--muted); } dd { margin: 0; font-variant-numeric: tabular-nums; }
#silent { background: var(--loud); color: var(--paper); padding: .5rem .8rem; border-radius: .3rem; font-weight: 600; }
form { margin-top: 1rem; } label { display: block; margin: .7rem 0 .2rem; }
input, textarea { font: inherit; color: inherit; background: var(--field); border: 1px solid var(--muted);
  border-radius: .3rem; padding: .5rem; width: 100%; }
button { font: inherit; font-weight: 600; color: var(--paper); background: var(--ink); border: 0; border-radius: .3rem;
  padding: .6rem 1.4rem; margin: .9rem 0 .4rem; cursor: pointer; }
:focus-visible { outline: 3px solid var(--over); outline-offset: 2px; }
.notice { border-left: .3rem solid var(--over); padding-left: .7rem; }
@media (max-width: 30rem) { dl { grid-template-columns: minmax(0, 1fr); } dd { margin-bottom: .5rem; } }
@media (prefers-reduced-motion: no-preference) { #living.new { animation: new 1.5s ease-out; } }
@keyframes new { from { background: var(--field); } }
"""

SCRIPT = """
"use strict";
(function () {
  var living = document.getElementById("living"), silent = document.getElementById("silent");
  var where = document.body.dataset.stream, heard = Date.now();
  if (!where || !window.EventSource) return;
  function open() {
    var stream = new EventSource(where);
    stream.addEventListener("page", function (event) {
      heard = Date.now();
      living.innerHTML = JSON.parse(event.data);
      living.classList.remove("new"); void living.offsetWidth; living.classList.add("new");
    });
    stream.addEventListener("here", function () { heard = Date.now(); });
    stream.addEventListener("over", function () { stream.close(); });
    stream.onerror = function () {
      if (stream.readyState === EventSource.CLOSED) setTimeout(open, 3000 + Math.random() * 4000);
    };
  }
  open();
  setInterval(function () {
    var minutes = Math.floor((Date.now() - heard) / 60000);
    silent.hidden = minutes < 1;
    if (minutes < 1) return;
    silent.textContent = "Not heard from the war room for " + minutes + " min. It is being tried again.";
  }, 5000);
})();
"""
