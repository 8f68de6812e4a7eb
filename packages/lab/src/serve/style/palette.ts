/** The colours of the lab, those of the other pages and a few of its own; a test holds their contrast (WCAG 2.2). */

/** Two palettes; everything else is drawn with their variables. */
export const PALETTE = `
:root {
  color-scheme: light dark;
  --ground: #f3f1ec; --surface: #ffffff; --sunken: #f7f6f2;
  --ink: #1b1f24; --quiet: #565c64; --line: #d8d5cd; --edge: #767c85;
  --go: #0d5c4a; --on-go: #ffffff; --stop: #41474f; --on-stop: #ffffff;
  --link: #0d5c4a; --focus: #1a4fd0;
  --held: #0d6a52; --held-ground: #e8f5f0; --lost: #a81e12; --lost-ground: #fdeeec;
  --notice: #4a4415; --notice-ground: #faf5df;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #111416; --surface: #1a1e21; --sunken: #14181a;
    --ink: #e9ebec; --quiet: #a9b1b8; --line: #343a3f; --edge: #7d868e;
    --go: #7fd6bb; --on-go: #08211a; --stop: #c3c9ce; --on-stop: #14181a;
    --link: #7fd6bb; --focus: #8fb4ff;
    --held: #7fd6bb; --held-ground: #12302a; --lost: #ff9e90; --lost-ground: #3a1a1a;
    --notice: #ead98a; --notice-ground: #2b2712;
  }
}
`
