/** How the lab looks: system fonts, two palettes, nothing that moves for those who want no motion. */
import { DRAWING } from './drawing.ts'
import { FRAME } from './frame.ts'
import { PALETTE } from './palette.ts'

/** The style sheet. */
export const STYLE = PALETTE + FRAME + DRAWING
