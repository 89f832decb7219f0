// What the page itself can be asked: its structure, and the contrast of every word and shape as it is painted.
(() => {
  const structure = () => {
    const out = [];
    const all = [...document.querySelectorAll('*')];
    if (!document.documentElement.lang) out.push('no language');
    const ids = all.map(e => e.id).filter(Boolean);
    ids.filter((id, n) => ids.indexOf(id) !== n).forEach(id => out.push('the id ' + id + ' twice'));
    for (const e of all) {
      for (const name of ['aria-labelledby', 'aria-describedby'])
        for (const id of (e.getAttribute(name) || '').split(/\s+/).filter(Boolean))
          if (!document.getElementById(id)) out.push(name + ' names ' + id + ', which is not there');
      if (e.localName === 'a' && e.hash && !document.getElementById(e.hash.slice(1)))
        out.push(e.hash + ' leads nowhere');
      if (e.tabIndex > 0) out.push('an order of its own for the keyboard');
      const scrolls = getComputedStyle(e).overflowX === 'auto' && e.scrollWidth > e.clientWidth + 1;
      if (scrolls && e.tabIndex < 0) out.push('scrolls, and the keyboard cannot reach it');
    }
    for (const svg of document.querySelectorAll('svg'))
      if (!svg.querySelector('title') || !svg.querySelector('desc') || svg.getAttribute('role') !== 'img')
        out.push('a drawing without title, description or role');
    for (const table of document.querySelectorAll('table')) {
      if (!table.caption || !table.caption.textContent.trim()) out.push('a table without a caption');
      for (const head of table.querySelectorAll('th'))
        if (!head.scope || !head.textContent.trim()) out.push('a head without scope or words');
      const wide = table.tHead ? table.tHead.rows[0].cells.length : -1;
      for (const body of table.tBodies)
        for (const row of body.rows) if (row.cells.length !== wide) out.push('a row of another length than the head');
    }
    if (document.documentElement.scrollWidth > window.innerWidth) out.push('wider than the window');
    return out;
  };

  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const part = v => v / 255 <= .04045 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => .2126 * part(r) + .7152 * part(g) + .0722 * part(b);
  const ratio = (a, b) => (Math.max(light(a), light(b)) + .05) / (Math.min(light(a), light(b)) + .05);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const colour = rgb(getComputedStyle(e).backgroundColor);
      if (colour[3] > 0) return colour;
    }
    return rgb('Canvas');
  };

  const contrast = () => {
    const out = [];
    for (const e of document.querySelectorAll('body *')) {
      const style = getComputedStyle(e), drawn = e.namespaceURI.endsWith('svg');
      const words = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
      if (words && !['title', 'desc', 'style'].includes(e.localName)) {
        const found = ratio(rgb(drawn ? style.fill : style.color), ground(e));
        if (found < 4.5) out.push('text of contrast ' + found.toFixed(1) + ': ' + e.textContent.trim().slice(0, 20));
      }
      if (drawn && ['rect', 'circle'].includes(e.localName)) {
        const under = ground(e), edge = rgb(style.stroke !== 'none' ? style.stroke : style.fill);
        const seen = [0, 1, 2].map(n => edge[n] * style.opacity + under[n] * (1 - style.opacity));
        if (ratio(seen, under) < 3) out.push('a shape of contrast ' + ratio(seen, under).toFixed(1));
      }
    }
    return out;
  };

  return [...new Set([...structure(), ...contrast()])];
})()
