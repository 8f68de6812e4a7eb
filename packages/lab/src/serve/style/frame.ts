/** The frame of the page: bar, list, story, switches. */

/** Phones first; beside one another from 60rem on. */
export const FRAME = `
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: anywhere; -webkit-text-size-adjust: 100%;
}
h1, h2, h3, p, ul, ol, dl, dd, fieldset { margin: 0; padding: 0; }
ul { list-style: none; }
code, pre { font: 0.8125rem/1.45 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
a { color: var(--link); }
.small { font-size: 0.875rem; color: var(--quiet); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 0.5rem; top: -4rem; padding: 0.5rem 1rem; background: var(--surface); z-index: 2; }
.skip:focus { top: 0.5rem; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
main:focus-visible { outline: none; }
.top {
  display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.5rem; padding: 0.875rem clamp(1rem, 3vw, 2rem);
  background: var(--surface); border-bottom: 1px solid var(--line);
}
.top svg { flex: none; fill: none; stroke: var(--link); stroke-width: 2; stroke-linecap: round; }
.top span { color: var(--quiet); }
.where { margin-left: auto; font-size: 0.875rem; color: var(--quiet); }
.columns { max-width: 100rem; margin: 0 auto; padding: 1rem clamp(0.75rem, 3vw, 2rem) 4rem; }
nav summary { padding: 0.75rem 0; font-weight: 600; cursor: pointer; }
nav label { display: block; font-size: 0.875rem; font-weight: 600; color: var(--quiet); }
nav input {
  width: 100%; min-height: 2.75rem; margin-top: 0.25rem; padding: 0.5rem 0.75rem; font: inherit;
  color: var(--ink); background: var(--surface); border: 1px solid var(--edge); border-radius: 0.5rem;
}
nav h2 { margin: 1.25rem 0 0.25rem; font-size: 0.8125rem; font-weight: 600; color: var(--quiet); }
nav li a {
  display: flex; gap: 0.625rem; padding: 0.5rem 0.625rem; border-radius: 0.5rem; border-left: 0.1875rem solid transparent;
  color: var(--ink); text-decoration: none; font-size: 0.9375rem; line-height: 1.35;
}
nav li a:hover { background: var(--sunken); }
nav li a[aria-current] { background: var(--surface); border-left-color: var(--go); font-weight: 600; }
.id { flex: none; min-width: 2.25rem; font-weight: 650; font-variant-numeric: tabular-nums; color: var(--link); }
main { min-width: 0; }
main > section { margin-top: 1.25rem; }
#story, #checks { padding: clamp(1rem, 2.5vw, 1.75rem); background: var(--surface); border: 1px solid var(--line); border-radius: 0.75rem; }
h1 { font-size: clamp(1.375rem, 1rem + 1.5vw, 1.75rem); line-height: 1.2; font-weight: 650; text-wrap: balance; }
#checks h2 { font-size: 1.125rem; font-weight: 650; }
.telling { display: grid; gap: 1.25rem 2.5rem; margin-top: 1.25rem; }
.telling ol { padding-left: 1.5rem; }
.telling li { padding-left: 0.25rem; }
.telling li + li { margin-top: 0.375rem; }
.telling li::marker { color: var(--quiet); font-variant-numeric: tabular-nums; }
dt { font-size: 0.8125rem; font-weight: 600; color: var(--quiet); }
dd + dt { margin-top: 0.625rem; }
fieldset { min-width: 0; border: 0; margin-top: 1.25rem; }
legend { padding: 0 0 0.375rem; font-size: 0.8125rem; font-weight: 600; color: var(--quiet); }
.way, .box { display: flex; gap: 0.625rem; align-items: baseline; padding: 0.5rem 0.625rem; border-radius: 0.5rem; cursor: pointer; }
.way { flex-wrap: wrap; }
.way span { flex: 1 1 12rem; min-width: 0; }
.way code { padding-left: 1.75rem; color: var(--held); }
.way:has(:checked) { background: var(--sunken); font-weight: 600; }
.way:hover, .box:hover { background: var(--sunken); }
.way input, .box input { flex: none; width: 1.125rem; height: 1.125rem; margin: 0; position: relative; top: 0.1875rem; accent-color: var(--go); cursor: inherit; }
button { font: inherit; cursor: pointer; min-height: 2.75rem; border-radius: 0.5rem; }
.controls { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; margin-top: 1rem; }
.go, .plain { padding: 0.5rem 1.25rem; font-weight: 650; border: 2px solid transparent; }
.go { min-width: 10.5rem; color: var(--on-go); background: var(--go); }
.go.stop { color: var(--on-stop); background: var(--stop); }
.plain { color: var(--ink); background: var(--surface); border-color: var(--edge); }
.go:hover, .plain:hover { text-decoration: underline; text-underline-offset: 0.2em; }
.link { padding: 0.5rem 0; color: var(--link); background: none; border: 0; text-decoration: underline; text-underline-offset: 0.2em; }
.state { color: var(--quiet); font-size: 0.9375rem; }
#checks details { border-top: 1px solid var(--line); }
#checks details:first-of-type { margin-top: 1rem; }
#checks summary { padding: 0.75rem 0; font-weight: 600; cursor: pointer; }
#checks .controls { padding-top: 1rem; border-top: 1px solid var(--line); margin-top: 0; }
.boxes { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: 0 1rem; padding-bottom: 0.75rem; font-size: 0.9375rem; line-height: 1.35; }
.box span { min-width: 0; }
.box code { display: block; color: var(--quiet); }
.box.lacked { background: var(--notice-ground); color: var(--notice); }
.box.lacked code { color: inherit; }
.results { display: flex; flex-wrap: wrap; gap: 0.5rem; margin-top: 1rem; }
.results a {
  display: block; padding: 0.375rem 0.75rem; border: 1px solid var(--line); border-radius: 0.5rem;
  font-size: 0.875rem; color: var(--quiet); text-decoration: none;
}
.results .id { color: inherit; }
.results a:hover { text-decoration: underline; text-underline-offset: 0.2em; }
.results .lost a { color: var(--lost); background: var(--lost-ground); border-color: var(--lost); font-weight: 600; }
.results .held a { color: var(--held); background: var(--held-ground); border-color: transparent; }
.results .odd a { color: var(--notice); background: var(--notice-ground); border-color: transparent; }
@media (min-width: 60rem) {
  .columns { display: grid; grid-template-columns: 20rem minmax(0, 1fr); gap: 2rem; align-items: start; }
  nav { position: sticky; top: 0; max-height: 100vh; overflow-y: auto; padding: 1.25rem 0.5rem 1.25rem 0; }
  nav summary { display: none; }
  .telling { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); }
}
@media (max-width: 30rem) { .where { margin-left: 0; flex-basis: 100%; } }
`
