/** How the page looks, by day and by night. */

/** One style sheet; it loads nothing. */
export const STYLE = `:root{color-scheme:light dark;--paper:#fff;--ink:#1c2024;--faint:#5d6670;--line:#d5d9de;--band:#f4f6f8;--red:#b3261e;--green:#1f7a3a;--focus:#0a58ca}
@media(prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e6e9ec;--faint:#9aa4ae;--line:#343a41;--band:#1d2226;--red:#ff8a80;--green:#7bd88f;--focus:#8ab4ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:90rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.6rem;margin:0 0 .5rem}h2{font-size:1.2rem;margin:2.5rem 0 .25rem}h3{font-size:1rem;margin:0}
a{color:inherit}:focus-visible{outline:3px solid var(--focus);outline-offset:1px}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
.faint,.earlier{color:var(--faint)}.faults{border-left:.4rem solid var(--red);padding-left:1rem}
.scroll{overflow:auto;max-height:85vh;border:1px solid var(--line)}
table{border-collapse:separate;border-spacing:0;font-size:.85rem}
th,td{border-bottom:1px solid var(--line);padding:.15rem .35rem;text-align:center;white-space:nowrap}
thead th{position:sticky;top:0;background:var(--band);z-index:2}
tbody th{position:sticky;left:0;background:var(--band);text-align:left;font-weight:400;z-index:1}
tbody th.part{position:static;font-weight:700;padding-top:.6rem}
thead th:first-child{left:0;z-index:3;text-align:left}
td.landed{color:var(--red);font-weight:700}td.stopped{color:var(--faint)}td.verdict{text-align:left}
td.landed a{display:block;text-decoration:none}
.needed{color:var(--green)}.depth{color:var(--faint)}
details{border:1px solid var(--line);border-radius:.3rem;margin:.6rem 0;padding:.4rem .8rem}
summary{cursor:pointer}h3.way{display:inline}.sides{display:flex;flex-wrap:wrap;gap:1.5rem}
figure{margin:.8rem 0;max-width:100%;overflow-x:auto}figcaption.landed{color:var(--red)}figcaption.stopped{color:var(--green)}
.sequence{height:auto;min-width:34rem;max-width:100%;font:11px ui-monospace,monospace}
.sequence text{fill:var(--ink);paint-order:stroke;stroke:var(--paper);stroke-width:4px}.sequence .lane{text-anchor:middle;font-weight:700}
.sequence .life{stroke:var(--line);fill:none}.sequence .line{stroke:var(--faint);fill:none}.sequence .tip{fill:var(--faint)}
.answer .line{stroke-dasharray:4 3}
.answer.landed .line,.answer.landed .tip{stroke:var(--red)}.answer.landed text,.sequence .stolen{fill:var(--red);font-weight:700}
.answer.stopped .line,.answer.stopped .tip{stroke:var(--green)}.answer.stopped text{fill:var(--green);font-weight:700}
.sequence .stolen{text-anchor:end}
@media(prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}`

/** Arrow keys go from cell to cell, Home and End along a row; without it every link is reached with Tab all the same. */
export const SCRIPT = `const table=document.querySelector('table')
const rows=[...table.rows].map(row=>[...row.cells]).filter(cells=>cells.length>1)
for(const cells of rows)for(const cell of cells)cell.tabIndex=-1
rows[0][0].tabIndex=0
table.addEventListener('keydown',event=>{
const cell=event.target.closest('td,th');const y=rows.findIndex(cells=>cells.includes(cell));if(y<0)return
const x=rows[y].indexOf(cell);const to={ArrowUp:[y-1,x],ArrowDown:[y+1,x],ArrowLeft:[y,x-1],ArrowRight:[y,x+1],Home:[y,0],End:[y,rows[y].length-1]}[event.key]
if(event.key==='Enter'&&event.target===cell){cell.querySelector('a')?.click();return}
const next=to&&rows[to[0]]?.[to[1]];if(!next)return
event.preventDefault();for(const each of table.querySelectorAll('[tabindex="0"]'))each.tabIndex=-1
next.tabIndex=0;next.focus()})
const open=()=>{const section=document.getElementById(decodeURIComponent(location.hash.slice(1)));const first=section?.querySelector('details');if(first)first.open=true}
addEventListener('hashchange',open);open()`
