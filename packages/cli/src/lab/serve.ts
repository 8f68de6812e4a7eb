/** `countersign lab serve`: the lab as a page, for whoever sits at this machine. */
import { serveLab } from '@countersign/lab/serve'
import type { Context } from '../context.ts'
import { openPort } from '../up/ports.ts'

/** The flags. */
export interface LabServeOptions {
  readonly port: number
  readonly json?: true
}

/** Serves it until it is interrupted; rejects with what kept it from starting. */
export async function runLabServe({ port, json }: LabServeOptions, context: Context): Promise<void> {
  const { terminal, interrupted, finish } = context
  const stop = interrupted()
  const { http } = await openPort(port)
  const lab = serveLab(http)
  if (json === true) terminal.print(JSON.stringify({ url: lab.url }))
  else {
    terminal.print(`The lab    ${terminal.style('bold', lab.url)}`)
    terminal.print(terminal.style('dim', 'For browsers on this machine. Ctrl-C stops.'))
  }
  await stop
  await lab.close()
  finish(0)
}
