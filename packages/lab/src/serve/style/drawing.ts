/** The drawings, and the dialog with an exchange. */

/** A lane's middle is at (number + ½) ÷ lanes of the width; arrows span from one to another. */
export const DRAWING = `
.sides { display: grid; gap: 1rem; margin-top: 1rem; }
.side { display: flex; flex-direction: column; min-width: 0; background: var(--surface); border: 1px solid var(--line); border-top: 0.25rem solid var(--line); border-radius: 0.75rem; overflow: hidden; }
.side.lost { border-top-color: var(--lost); }
.side.held { border-top-color: var(--held); }
.side.odd { border-top-color: var(--notice); }
.side header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.75rem; padding: 0.75rem 1rem 0.625rem; }
.side h2 { font-size: 1.0625rem; font-weight: 650; }
.lack { color: var(--quiet); font-size: 0.875rem; }
.lack code { padding: 0.0625rem 0.375rem; border-radius: 0.25rem; background: var(--notice-ground); color: var(--notice); }
.drawing { flex: 1; display: flex; flex-direction: column; min-height: 12rem; }
.heads { display: grid; grid-template-columns: repeat(var(--lanes), minmax(0, 1fr)); align-items: end; border-bottom: 1px solid var(--line); }
.heads span { white-space: pre-line; padding: 0 0.0625rem 0.5rem; text-align: center; font-size: 0.8125rem; line-height: 1.2; font-weight: 600; hyphens: manual; overflow-wrap: break-word; }
.heads .attacker { color: var(--lost); }
.paper { flex: 1; display: flex; max-height: max(24rem, 78vh); overflow-y: auto; }
.roll { position: relative; flex: 1; min-width: 0; height: fit-content; min-height: 100%; padding: 0.375rem 0 0.75rem; }
.lifelines { position: absolute; inset: 0; display: grid; grid-template-columns: repeat(var(--lanes), minmax(0, 1fr)); }
.lifelines span { justify-self: center; border-left: 1px solid var(--line); }
.lifelines .attacker { border-left: 1px dashed var(--lost); }
.messages { position: relative; list-style: none; }
.message {
  display: block; width: 100%; min-height: 0; padding: 0.125rem 0; color: var(--ink); background: none; border: 0; border-radius: 0.25rem; text-align: left;
}
.message:hover .label { text-decoration: underline; text-underline-offset: 0.2em; }
.message:focus-visible { outline-offset: -3px; }
.line { display: block; }
.label {
  display: block; width: fit-content; max-width: calc(100% - var(--begin) - 0.75rem); margin: 0.1875rem 0 0 calc(var(--begin) + 0.375rem);
  padding: 0 0.25rem; background: var(--surface); border-radius: 0.25rem;
  font: 0.8125rem/1.35 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
.step { --begin: calc((var(--low) + 0.5) / var(--lanes) * 100%); --end: calc((var(--after) + 0.5) / var(--lanes) * 100%); }
.to-the-right .label { max-width: calc(100% - var(--end) - 0.75rem); margin-left: auto; margin-right: calc(var(--end) + 0.375rem); }
.carries { display: block; font-size: 0.6875rem; color: var(--quiet); }
.by-attacker .carries { color: inherit; }
.arrow {
  position: relative; display: block; height: 0.625rem; margin-left: var(--begin); width: calc(var(--span) / var(--lanes) * 100%);
}
.arrow::before { content: ""; position: absolute; left: 0; right: 0; top: 0.25rem; border-top: 2px solid currentcolor; }
.arrow::after {
  content: ""; position: absolute; right: 0; top: calc(0.25rem + 1px); width: 0.5rem; height: 0.5rem;
  border: solid currentcolor; border-width: 2px 2px 0 0; transform: translateY(-50%) rotate(45deg);
}
.answer .arrow::before { border-top-style: dashed; opacity: 0.75; }
.leftward .request .arrow::after, .step:not(.leftward) .answer .arrow::after { right: auto; left: 0; transform: translateY(-50%) rotate(225deg); }
.answer { color: var(--quiet); }
.by-attacker .request { color: var(--lost); }
.step + .step { margin-top: 0.25rem; }
.lost > .message .answer { color: var(--lost); }
.held > .message .answer { color: var(--held); }
.lost > .message .answer .label { background: var(--lost-ground); font-weight: 700; }
.held > .message .answer .label { background: var(--held-ground); font-weight: 700; }
.lost > .message .arrow::before, .held > .message .arrow::before { opacity: 1; }
.theft {
  width: fit-content; max-width: calc(100% - 2rem); margin: 0.375rem 1rem 0.5rem auto; padding: 0.375rem 0.75rem;
  color: var(--lost); background: var(--lost-ground); border: 1px solid var(--lost); border-radius: 0.375rem; font-size: 0.875rem;
}
.remark:empty { display: none; }
.remark { padding: 0 1rem 0.5rem; }
.foot { min-height: 3.25rem; padding: 0.75rem 1rem; border-top: 1px solid var(--line); }
.side.lost .foot { background: var(--lost-ground); }
.side.held .foot { background: var(--held-ground); }
.side.odd .foot { background: var(--notice-ground); }
.verdict.lost { color: var(--lost); }
.verdict.held { color: var(--held); }
.verdict.odd { color: var(--notice); }
dialog {
  width: min(52rem, calc(100vw - 1.5rem)); max-height: calc(100vh - 1.5rem); padding: 1.25rem; overflow: auto;
  color: var(--ink); background: var(--surface); border: 1px solid var(--edge); border-radius: 0.75rem;
}
dialog::backdrop { background: var(--ground); opacity: 0.8; }
.dialog-head { display: flex; align-items: start; gap: 1rem; justify-content: space-between; }
.dialog-head button { flex: none; }
dialog h2 { font-size: 1.125rem; line-height: 1.3; padding-top: 0.5rem; }
dialog h3 { margin: 1rem 0 0.375rem; font-size: 0.8125rem; font-weight: 600; color: var(--quiet); }
pre { margin: 0; padding: 0.75rem 1rem; background: var(--sunken); border: 1px solid var(--line); border-radius: 0.5rem; white-space: pre-wrap; }
pre .name { color: var(--quiet); }
mark { padding: 0 0.25rem; border-radius: 0.25rem; color: var(--notice); background: var(--notice-ground); }
@media (min-width: 75rem) { .sides { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@media (max-width: 30rem) { .heads span { font-size: 0.6875rem; } .label { font-size: 0.75rem; } }
@media (prefers-reduced-motion: no-preference) {
  .step:not(.still) .request .arrow { animation: draw 0.3s ease-out; }
  .step .answer .arrow { animation: draw 0.3s ease-out; transform-origin: right; }
  .step:not(.still) .request .arrow { transform-origin: left; }
  .leftward:not(.still) .request .arrow { transform-origin: right; }
  .leftward .answer .arrow { transform-origin: left; }
  .theft, .verdict { animation: appear 0.3s ease-out; }
  @keyframes draw { from { transform: scaleX(0); } }
  @keyframes appear { from { opacity: 0; transform: translateY(0.25rem); } }
}
`
