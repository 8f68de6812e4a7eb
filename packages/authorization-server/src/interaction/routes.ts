/** The routes of the login and consent pages, below /interaction/. */
import { type Context, errors, type Middleware } from 'oidc-provider'
import { readFormBody } from '../http/form-body.ts'
import { renderErrorPage } from '../pages/error.ts'
import { showConsent, submitConsent } from './consent.ts'
import { showLogin, submitLogin } from './login.ts'
import type { InteractionParts, Visit } from './parts.ts'

const ROUTE = /^\/interaction\/([\w-]{1,128})(?:\/(login|consent))?$/

/** Creates the middleware; requests for other paths pass through. */
export function createInteractionRoutes(parts: InteractionParts): Middleware {
  const issuer = new URL(parts.provider.issuer)
  const mountPath = issuer.pathname === '/' ? '' : issuer.pathname
  return async (ctx, next) => {
    const [path, uid, form] = ROUTE.exec(ctx.path) ?? []
    if (path === undefined || uid === undefined) return next()
    if (ctx.method !== (form === undefined ? 'GET' : 'POST')) {
      ctx.set('Allow', form === undefined ? 'GET' : 'POST')
      return refuse(ctx, 405, 'This address takes no such request.')
    }
    const visit = await findVisit(parts, ctx, uid, mountPath)
    if (visit === undefined) return refuse(ctx, 400, 'This page has expired, or cookies are blocked.')
    if (form === undefined)
      return visit.interaction.prompt.name === 'login' ? showLogin(parts, visit) : showConsent(parts, visit)
    if (form !== visit.interaction.prompt.name) return refuse(ctx, 400, 'This page has been answered already.')
    await submitForm(parts, visit, form, issuer.origin)
  }
}

/** The interaction that the browser's own cookie names; a path alone opens nothing. */
async function findVisit(
  { provider }: InteractionParts,
  ctx: Context,
  uid: string,
  mountPath: string,
): Promise<Visit | undefined> {
  try {
    const interaction = await provider.interactionDetails(ctx.req, ctx.res)
    const client = await provider.Client.find(String(interaction.params.client_id))
    if (interaction.uid !== uid || client === undefined) return undefined
    return { ctx, interaction, client, path: `${mountPath}/interaction/${uid}` }
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined
    throw error
  }
}

async function submitForm(parts: InteractionParts, visit: Visit, form: string, origin: string): Promise<void> {
  const { ctx, interaction } = visit
  const sender = ctx.get('Origin')
  if (sender !== '' && sender !== origin) return refuse(ctx, 403, 'This form was sent from another site.')
  const body = await readFormBody(ctx)
  if (!body.ok) return refuse(ctx, body.status, 'This form cannot be read.')
  if (form === 'consent') return submitConsent(parts, visit, body.fields)
  if (!parts.formTokens.check(body.fields.get('form_token'), interaction.uid, 'login', null)) {
    return refuse(ctx, 403, 'This form was not sent from its page.')
  }
  await submitLogin(parts, visit, body.fields)
}

function refuse(ctx: Context, status: number, description: string): void {
  ctx.status = status
  renderErrorPage(ctx, { error: 'invalid_request', error_description: description })
}
