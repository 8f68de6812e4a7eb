/** A model in the obedient agent's place, as the flags of `lab run` name it. */
import { createModelMind, type Mind } from '@countersign/lab'
import { wrongUsage } from '../exit.ts'
import type { LabRunOptions } from './run.ts'

/** Nothing where no model was named; the key is read from the environment, and from nowhere else. */
export function seatModel({ modelUrl, model, modelKeyEnv }: LabRunOptions): { readonly mind?: Mind } {
  if (modelUrl === undefined && model === undefined && modelKeyEnv === undefined) return {}
  if (modelUrl === undefined || model === undefined) throw wrongUsage('A model takes both --model-url and --model.')
  const url = URL.parse(modelUrl)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw wrongUsage(`${modelUrl} is no http(s) URL. An endpoint with OpenAI's interface is http://127.0.0.1:11434/v1.`)
  }
  return { mind: createModelMind({ url: modelUrl, name: model, ...readKey(modelKeyEnv) }) }
}

function readKey(variable: string | undefined): { readonly apiKey?: string } {
  if (variable === undefined) return {}
  const apiKey = process.env[variable]
  if (apiKey === undefined || apiKey === '') throw wrongUsage(`The environment variable ${variable} holds no key.`)
  return { apiKey }
}
