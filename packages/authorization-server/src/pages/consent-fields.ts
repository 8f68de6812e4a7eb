/** The fields of the consent form: what each is called, and what the form says. */
import type { ConsentAnswer } from '../interaction/narrow-request.ts'

/** Says whether a right is kept, by its place in the request. */
export function rightField(place: number): string {
  return `right-${place}`
}

/** Says whether a capability is kept. */
export function capabilityField(place: number): string {
  return `capability-${place}`
}

/** Says how many uses of it are given. */
export function usesField(place: number): string {
  return `capability-${place}-uses`
}

/** Says for how many seconds. */
export function secondsField(place: number): string {
  return `capability-${place}-seconds`
}

/** Reads the answer off a form; fields that the page did not have are never asked for. */
export function readAnswer(fields: ReadonlyMap<string, string>): ConsentAnswer {
  return {
    keepsRight: (place) => fields.has(rightField(place)),
    keepsCapability: (place) => fields.has(capabilityField(place)),
    usesOf: (place) => fields.get(usesField(place)),
    secondsOf: (place) => fields.get(secondsField(place)),
  }
}
