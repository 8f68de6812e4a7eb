/** The page: a frame with places; what stands in them is put there by its script, as text and never as markup. */

/** Nothing from elsewhere, nothing inline, nobody frames it; scripts can make no markup out of text (Trusted Types). */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** `token` is base64url; it is what the page starts attacks with. */
export function writePage(token: string): string {
  return `<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="lab-token" content="${token}">
<title>The lab · Countersign</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/lab.css">
<script type="module" src="/main.js"></script>
</head>
<body>
<a class="skip" href="#attack">Skip to the attack</a>
<header class="top">
<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false"><rect x="1" y="1" width="22" height="22" rx="6"/><path d="M7 17 11 7M13 17 17 7"/></svg>
<strong>Countersign</strong><span>The lab</span>
<p class="where">On this machine only, with keys of its own</p>
</header>
<div class="columns">
<nav aria-label="Attacks">
<details id="catalogue">
<summary>Choose an attack</summary>
<label for="search">Search attacks</label>
<input id="search" type="search" autocomplete="off" spellcheck="false">
<p id="found" role="status" class="small"></p>
<div id="attacks"></div>
</details>
</nav>
<main id="attack" tabindex="-1">
<noscript>The lab needs JavaScript, its own and no other.</noscript>
<section id="story" aria-labelledby="title"></section>
<section id="stage" aria-label="The run"></section>
<section id="checks" aria-labelledby="checks-title"></section>
</main>
</div>
<p id="news" role="status" class="unseen"></p>
<dialog id="exchange" aria-labelledby="exchange-title"></dialog>
</body>
</html>
`
}
