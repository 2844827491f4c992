// Tells once, when an article is left, how far it was read and which ways to buy were in sight. Nothing about the
// reader. Only where the shop asks (the bar is in the page) and after a yes, a cookie holds what was read.
const article = document.querySelector("article[data-seen-at]");
const bar = document.querySelector("[data-reading]");
const LEAST = 3000; // milliseconds in sight
const MOST = 20;

const kept = () => document.cookie.match(/(?:^|; )articles_read=([^;]*)/)?.[1] ?? "";
const keep = (value, days) => {
  const safe = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `articles_read=${value}; path=${bar.dataset.reading}; max-age=${days * 86400}; samesite=lax${safe}`;
};
const remember = () => {
  const list = kept().split("~");
  if (!bar || !article || list[0] !== "yes") return;
  const here = `${article.dataset.article}:${document.documentElement.lang}`;
  if (list.at(-1) !== here) list.push(here);
  if (list.length > MOST + 1) list.splice(2, 1);
  keep(list.join("~"), 30);
};
const show = () => {
  const said = kept().split("~")[0];
  bar.hidden = said !== "" && !("always" in bar.dataset);
  for (const words of bar.querySelectorAll("[data-said]")) words.hidden = words.dataset.said !== said;
};
const answer = (said) => {
  if (said === "no") keep("no", 365);
  else if (!kept().startsWith("yes")) keep("yes", 30);
  remember();
  show();
  if (!bar.hidden) return;
  article.tabIndex = -1; // the button is gone: go on from the article
  article.focus({ preventScroll: true });
};

if (bar) {
  for (const button of bar.querySelectorAll("button")) {
    button.addEventListener("click", () => answer(button.value));
  }
  show();
}

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
    remember();
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
