/** Turns the library's events into log entries, and its vaguer token errors into clear ones. */
import type { RejectionCode } from '@countersign/core'
import type { Context, OIDCProviderError, Provider } from 'oidc-provider'
import { AttestationRefused } from './client-authentication/attestation-refused.ts'
import { clarifyTokenError } from './http/token-errors.ts'
import { describeServerError, type Log } from './log.ts'

/** Subscribes; with the listener for `error` in place Koa prints nothing. */
export function watchProvider(provider: Provider, log: Log): void {
  provider.on('grant.success', (ctx: Context) => {
    const { client, params, entities } = ctx.oidc
    const token = entities.AccessToken ?? entities.ClientCredentials
    log({
      type: 'token_issued',
      clientId: client?.clientId ?? '',
      grant: String(params?.grant_type),
      bound: token?.jkt !== undefined,
    })
  })
  provider.on('grant.error', (ctx: Context, error: OIDCProviderError) => {
    clarifyTokenError(ctx, error)
    log({ type: 'token_refused', error: error.error, ...clientOf(ctx), ...explain(error) })
  })
  provider.on('authorization.error', (ctx: Context, error: OIDCProviderError) => {
    log({ type: 'authorization_refused', error: error.error, ...clientOf(ctx) })
  })
  provider.on('server_error', (_ctx: Context, error: unknown) => log(describeServerError(error)))
  provider.on('error', (error: unknown) => log(describeServerError(error)))
}

function clientOf(ctx: Context): { clientId?: string } {
  const clientId = ctx.oidc.client?.clientId
  return clientId === undefined ? {} : { clientId }
}

function explain(error: OIDCProviderError): { rejection?: RejectionCode; reason?: string } {
  if (!(error instanceof AttestationRefused)) return {}
  const { code, reason } = error.rejection
  return { rejection: code, ...(reason !== undefined && { reason }) }
}
