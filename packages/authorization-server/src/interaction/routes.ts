/** The routes of the login and consent pages, below /interaction/. */
import { type Context, errors, type Middleware } from 'oidc-provider'
import { readFormBody } from '../http/form-body.ts'
import { answered, type Explanation, expired, renderErrorPage, sendExplanation } from '../pages/error.ts'
import { askToLogIn } from './ask-to-log-in.ts'
import { showConsent, submitConsent } from './consent.ts'
import { showLogin, submitLogin } from './login.ts'
import type { InteractionParts, Visit } from './parts.ts'
import { isSentFromHere } from './sender.ts'
import { findVisit } from './visit.ts'

const ROUTE = /^\/interaction\/([\w-]{1,128})(?:\/(login|consent))?$/

/** Creates the middleware; requests for other paths pass through. */
export function createInteractionRoutes(parts: InteractionParts): Middleware {
  const issuer = new URL(parts.provider.issuer)
  const mountPath = issuer.pathname === '/' ? '' : issuer.pathname
  return async (ctx, next) => {
    const [path, uid, form] = ROUTE.exec(ctx.path) ?? []
    if (path === undefined || uid === undefined) return next()
    const method = form === undefined ? 'GET' : 'POST'
    if (ctx.method !== method) return refuseMethod(ctx, method)
    if (form !== undefined && !isSentFromHere(ctx, issuer.origin)) return sendExplanation(ctx, 403, foreignForm)

    const found = await findVisit(parts, ctx, uid, mountPath)
    if (found === 'unknown') return sendExplanation(ctx, 400, expired)
    if (found === 'gone') return sendExplanation(ctx, 400, answered)
    const { visit, sessionEnded } = found
    if (sessionEnded) return askToLogIn(visit, 'session_ended')
    const { name } = visit.interaction.prompt
    if (form === undefined) return name === 'login' ? showLogin(parts, visit) : showConsent(parts, visit)
    if (form !== name) return sendExplanation(ctx, 400, answered)
    await submitForm(parts, visit, form)
  }
}

async function submitForm(parts: InteractionParts, visit: Visit, form: string): Promise<void> {
  const body = await readFormBody(visit.ctx)
  if (!body.ok) return sendExplanation(visit.ctx, body.status, unreadableForm)
  try {
    await (form === 'consent' ? submitConsent : submitLogin)(parts, visit, body.fields)
  } catch (error) {
    // Another request with the same form was faster.
    if (!(error instanceof errors.SessionNotFound)) throw error
    sendExplanation(visit.ctx, 400, answered)
  }
}

const foreignForm: Explanation = {
  title: 'This form was sent from somewhere else',
  what: 'Another web site tried to answer this page for you. Nothing was allowed and nobody was logged in.',
  cure: 'Close that site. If you were about to allow something, start again from the program that you use.',
}

const unreadableForm: Explanation = {
  title: 'This form cannot be read',
  what: 'It is too long, or no form at all. Nothing was allowed and nobody was logged in.',
  cure: 'Go back to the page and send it again.',
}

function refuseMethod(ctx: Context, allowed: string): void {
  ctx.set('Allow', allowed)
  ctx.status = 405
  renderErrorPage(ctx, { error: 'invalid_request', error_description: `this address takes ${allowed}` })
}
