/** How the pages look: system fonts, two palettes, nothing that moves unless somebody asked for it. */

/**
 * The style sheet; it stands in the page, and the page's policy names its hash. Every colour is one of the variables:
 * a test holds their contrast (WCAG 2.2 §1.4.3, §1.4.11).
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f3f1ec; --surface: #ffffff; --sunken: #f7f6f2;
  --ink: #1b1f24; --quiet: #565c64; --line: #d8d5cd; --edge: #767c85;
  --go: #0d5c4a; --on-go: #ffffff; --stop: #41474f; --on-stop: #ffffff;
  --link: #0d5c4a; --focus: #1a4fd0;
  --problem: #8f1d13; --problem-ground: #fcefed; --notice: #4a4415; --notice-ground: #faf5df;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #111416; --surface: #1a1e21; --sunken: #14181a;
    --ink: #e9ebec; --quiet: #a9b1b8; --line: #343a3f; --edge: #7d868e;
    --go: #7fd6bb; --on-go: #08211a; --stop: #c3c9ce; --on-stop: #14181a;
    --link: #7fd6bb; --focus: #8fb4ff;
    --problem: #ffb4a8; --problem-ground: #33191a; --notice: #ead98a; --notice-ground: #2b2712;
  }
}
*, ::before, ::after { box-sizing: border-box; }
body {
  margin: 0; padding: clamp(0.75rem, 4vw, 3rem) clamp(0.5rem, 4vw, 1rem);
  background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: anywhere; -webkit-text-size-adjust: 100%;
}
header, main { max-width: 30rem; margin: 0 auto; }
header { display: flex; align-items: center; gap: 0.5rem; padding: 0 0.25rem 0.75rem; color: var(--quiet); font-weight: 600; }
header svg { flex: none; fill: none; stroke: var(--link); stroke-width: 2; stroke-linecap: round; }
main { padding: clamp(1rem, 5vw, 2rem); background: var(--surface); border: 1px solid var(--line); border-radius: 0.75rem; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; font-weight: 650; text-wrap: balance; }
p { margin: 0.75rem 0; }
code { font: 0.875em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; color: var(--quiet); }
.small { font-size: 0.875rem; color: var(--quiet); }
.uri { margin: 0.25rem 0 1.25rem; }
.uri strong { color: var(--ink); }
main > :last-child { margin-bottom: 0; }
.problem, .notice { padding: 0.75rem 1rem; border-left: 0.25rem solid; border-radius: 0.25rem; font-weight: 600; }
.problem { background: var(--problem-ground); color: var(--problem); }
.notice { background: var(--notice-ground); color: var(--notice); }
.client { margin: 1.25rem 0; padding: 1rem; background: var(--sunken); border: 1px solid var(--line); border-radius: 0.5rem; }
.client p { margin: 0.25rem 0 0; }
.client .small { margin-top: 0.75rem; }
h2, dt { margin: 0; padding: 0; font-size: 0.875rem; font-weight: 600; color: var(--quiet); }
.host { font-size: 1.5rem; line-height: 1.25; font-weight: 650; }
.host.address { direction: ltr; font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 1.375rem; }
.host.long { font-size: 1rem; }
.name { font-weight: 600; }
fieldset { margin: 1.25rem 0; padding: 0; border: 0; min-width: 0; }
legend { padding: 0; }
fieldset .small { margin: 0 0 0.25rem; }
.right { display: flex; gap: 0.75rem; align-items: flex-start; min-height: 2.75rem; padding: 0.625rem 0; border-bottom: 1px solid var(--line); cursor: pointer; }
.right span { flex: 1; min-width: 0; }
.right code { display: block; }
.exactly { display: block; margin: 0.25rem 0 0; font-size: 0.9375rem; }
.right .exactly code { display: inline; color: var(--ink); }
.right:has(+ .less, + .notice) { border-bottom: 0; padding-bottom: 0; }
.less { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; padding: 0.375rem 0 0.625rem 2.125rem; border-bottom: 1px solid var(--line); }
.less label { display: flex; align-items: center; gap: 0.5rem; min-height: 2.75rem; font-size: 0.875rem; color: var(--quiet); }
.less select {
  min-height: 2.75rem; padding: 0 0.5rem; font: inherit; max-width: 100%;
  color: var(--ink); background: var(--surface); border: 1px solid var(--edge); border-radius: 0.375rem;
}
.right input { flex: none; width: 1.375rem; height: 1.375rem; margin: 0.0625rem 0 0; accent-color: var(--go); cursor: inherit; }
dl { margin: 1.25rem 0; }
dl div { margin-top: 0.75rem; }
dd { margin: 0; }
.field { margin-top: 1rem; }
.field label { display: block; font-weight: 600; }
.field input {
  width: 100%; min-height: 2.75rem; margin-top: 0.25rem; padding: 0.5rem 0.75rem; font: inherit;
  color: var(--ink); background: var(--surface); border: 1px solid var(--edge); border-radius: 0.375rem;
}
.field input[aria-invalid] { border: 2px solid var(--problem); }
.buttons { display: flex; gap: 0.75rem; margin-top: 1.5rem; }
button { font: inherit; cursor: pointer; min-height: 2.75rem; }
.buttons button {
  flex: 1; min-height: 3rem; padding: 0.5rem 1rem; font-weight: 650;
  color: var(--on-stop); background: var(--stop); border: 2px solid transparent; border-radius: 0.5rem;
}
.buttons .go { color: var(--on-go); background: var(--go); }
.buttons button:hover { text-decoration: underline; text-underline-offset: 0.2em; }
.link { padding: 0.5rem 0; color: var(--link); background: none; border: 0; text-decoration: underline; text-underline-offset: 0.2em; }
dd.account { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; column-gap: 1rem; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
@media (prefers-reduced-motion: no-preference) { .buttons button { transition: opacity 0.12s; } .buttons button:active { opacity: 0.85; } }
`
