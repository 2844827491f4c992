// Tells once, when an article is left, how far it was read and which ways to buy were in sight.
// Nothing about the reader: no cookie, no number, nothing that is kept in the browser.
const article = document.querySelector("article[data-seen-at]");
const LEAST = 3000; // milliseconds in sight

if (article && !navigator.webdriver && navigator.sendBeacon) {
  const seen = new Set();
  let depth = 0, spent = 0, since = 0, told = false;

  const measure = () => {
    const box = article.getBoundingClientRect();
    const part = Math.floor((100 * (innerHeight - box.top + 1)) / box.height);
    depth = Math.max(depth, Math.min(100, part));
  };
  const look = () => {
    if (document.visibilityState === "visible") {
      since ||= performance.now();
      measure();
    } else leave();
  };
  const leave = () => {
    if (since) spent += performance.now() - since;
    since = 0;
    if (told || spent < LEAST) return;
    told = true;
    const data = { article: article.dataset.article, depth, seen: [...seen].join(" ") };
    navigator.sendBeacon(article.dataset.seenAt, new URLSearchParams(data));
  };
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) seen.add(entry.target.dataset.placement);
    }
  }, { threshold: 0.3 });

  for (const place of article.querySelectorAll("[data-placement]")) watch.observe(place);
  addEventListener("scroll", () => since && measure(), { passive: true });
  document.addEventListener("visibilitychange", look);
  addEventListener("pagehide", leave);
  look();
}
