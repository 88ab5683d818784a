"""What the browser tests ask a page of the book: scripts that give a list of what is wrong."""

# What is too pale or too dark for the ground that it stands on.
CONTRAST = """() => {
  const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 });
    return .2126 * r + .7152 * g + .0722 * b };
  const ground = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] > .99) return c.slice(0, 3) } return [255, 255, 255] };
  const poor = [];
  for (const e of document.querySelectorAll(
      '.claim-badge, .claim-mark, .claim-small, .claim-title, .claim-source p, .claim-headline span, figcaption, article p')) {
    if (!e.textContent.trim() || !e.getClientRects().length) continue;
    const a = light(parse(getComputedStyle(e).color).slice(0, 3)), b = light(ground(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.push(e.className + ' ' + e.textContent.slice(0, 30) + ' ' + ratio.toFixed(2));
  }
  return poor;
}"""

WIDER_THAN_ITS_BOX = """() => [...document.querySelectorAll('mjx-container[display=true]')]
  .filter(e => e.getClientRects().length && e.querySelector('svg').getBoundingClientRect().width > e.parentElement.clientWidth + 1)
  .map(e => e.closest('.claim')?.id ?? e.textContent.slice(0, 40))"""

# A formula of a line that its line hides in part, with no way to scroll to it.
CUT_OFF = """() => [...document.querySelectorAll('span.math')].filter(e => e.getClientRects().length && e.querySelector('svg')
    && getComputedStyle(e).overflowX === 'hidden'
    && e.querySelector('svg').getBoundingClientRect().width > e.clientWidth + 1)
  .map(e => e.closest('.claim')?.id ?? e.textContent.slice(0, 40))"""

# A displayed formula that begins before its box, where no scrolling leads.
OUT_OF_ITS_BOX = """() => [...document.querySelectorAll('mjx-container[display=true]')].filter(e => e.getClientRects().length
    && e.getBoundingClientRect().left < e.parentElement.getBoundingClientRect().left - 1)
  .map(e => e.closest('.claim')?.id ?? e.textContent.slice(0, 40))"""

# What scrolls sideways and holds nothing that a key brings to the focus, so that keys cannot scroll it in every browser.
OUT_OF_REACH = """() => [...document.querySelectorAll('main div, main pre, main table')].filter(e => e.scrollWidth > e.clientWidth + 1
    && e.getClientRects().length && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)
    && e.tabIndex < 0 && !e.querySelector('a[href], button, input, summary, [tabindex="0"]'))
  .map(e => e.className + ' ' + e.textContent.trim().slice(0, 40))"""

# What scrolls sideways, and nothing at its edge says so.
NO_SIGN = """() => [...document.querySelectorAll('article :is(pre, div, p, a, span)')].filter(e => e.scrollWidth > e.clientWidth + 1
    && e.getClientRects().length && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && !e.matches('.scrolls')
    && !e.closest('.scrolls') && !e.querySelector('.scrolls') && e.clientWidth > 1)
  .map(e => e.tagName + ' ' + e.className + ' ' + e.textContent.trim().replace(/\\s+/g, ' ').slice(0, 40))"""

# A word of code that is broken, though a line has room for it.
BROKEN_WORDS = """() => [...document.querySelectorAll('article code .pre:not(.long)')].filter(e => e.getClientRects().length > 1)
  .map(e => e.textContent)"""

# A heading whose link stands on a line of its own, below its words.
LONE_LINK = """() => [...document.querySelectorAll('article :is(h1, h2, h3, h4) > a.headerlink')].filter(e => {
    const words = document.createRange();
    words.setStart(e.parentElement, 0);
    words.setEndBefore(e);
    return e.getClientRects().length && e.getBoundingClientRect().top > words.getBoundingClientRect().bottom - 4 })
  .map(e => e.parentElement.textContent)"""

# A line of a table for names of columns that have none.
NO_NAMES = """() => [...document.querySelectorAll('article thead')].filter(e => e.getClientRects().length && !e.textContent.trim())
  .map(e => e.parentElement.textContent.trim().slice(0, 40))"""

# What opens a fold, and has neither words nor a name that is read out.
NAMELESS = """() => [...document.querySelectorAll('summary')].filter(e => !e.textContent.trim() && !e.getAttribute('aria-label'))
  .map(e => e.parentElement.textContent.trim().slice(0, 40))"""

# A drawn picture with a light ground in the dark theme.
STILL_LIGHT = """() => [...document.querySelectorAll('.bd-article img')].filter(e => !getComputedStyle(e).filter.includes('invert(1)'))
  .map(e => e.alt.slice(0, 40))"""
