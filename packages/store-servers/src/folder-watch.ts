/** What a server leaves behind goes when its starter ends, however that ends. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * A shell that reads process ids until its input ends, which it does also when the starter was killed; then it kills the
 * last one named, with what that had started, and deletes the folder.
 */
const SCRIPT = `
while read -r line; do pid=$line; done
if [ -n "$pid" ]; then kill -9 "$pid" $(cat "/proc/$pid/task/$pid/children" 2>/dev/null) 2>/dev/null; fi
if [ -n "$0" ]; then rm -rf "$0"; fi`

/** Watches over one server and its folder. */
export interface FolderWatch {
  /** The process that runs now. */
  name(pid: number): void
  /** After the server has ended: deletes the folder. */
  close(): Promise<void>
}

/** Starts to watch; `folder` is left alone where it is undefined. */
export function watchFolder(folder: string | undefined): FolderWatch {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, folder ?? ''], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  const ended = once(shell, 'exit')
  shell.stdin.on('error', () => undefined)
  shell.unref()
  // The pipe is a handle of its own, which would keep the process of a forgotten server alive.
  if ('unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref()
  return {
    name: (pid) => void shell.stdin.write(`${pid}\n`),
    async close() {
      shell.ref()
      shell.stdin.end('\n')
      await ended
    },
  }
}
