/** `countersign lab serve`: the lab as a page, for whoever sits at this machine. */
import type { Server } from 'node:http'
import { type ServedLab, serveLab } from '@countersign/lab/serve'
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
  const lab = serveOn(http)
  if (json === true) terminal.print(JSON.stringify({ url: lab.url }))
  else {
    terminal.print(`The lab    ${terminal.style('bold', lab.url)}`)
    terminal.print(terminal.style('dim', 'For browsers on this machine. Ctrl-C stops.'))
  }
  await stop
  await lab.close()
  finish(0)
}

/** A port that nothing is served on would keep the process from ending. */
function serveOn(http: Server): ServedLab {
  try {
    return serveLab(http)
  } catch (error) {
    http.close()
    throw error
  }
}
