/** The page on which a person sees what a client asks for, and decides. */
import type { ConsentRequest, Right } from '../interaction/consent-request.ts'
import { layOutCapability } from './capability.ts'
import { rightField } from './consent-fields.ts'
import { describeDestination } from './destination.ts'
import { toDisplayText } from './display-text.ts'
import { formatDuration } from './duration.ts'
import { type Html, html } from './html.ts'
import type { Page } from './page.ts'

/** Where the forms are sent, and with what. */
export interface ConsentForms {
  readonly action: string
  readonly formToken: string
  /** Why the page is shown again. */
  readonly problem?: string
}

/** Lays out the page from the request that the grant is made from. */
export function layOutConsent(request: ConsentRequest, { action, formToken, problem }: ConsentForms): Page {
  const { client, person, resource } = request
  const resourceName = toDisplayText(resource.name)
  const notice = problem === undefined ? '' : html`<p class="problem" role="alert">${problem}</p>`
  const token = html`<input type="hidden" name="form_token" value="${formToken}">`
  return {
    title: `${problem === undefined ? '' : 'Problem: '}Allow access to ${resourceName}?`,
    leadsTo: client.redirectUri,
    content: html`<h1>Allow access to <bdi>${resourceName}</bdi>?</h1>
<p class="small uri">${layOutAudience(resource.audience)}</p>
${notice}
${layOutClient(request)}
<form method="post" action="${action}">
${token}
<fieldset aria-describedby="untick">
<legend><h2>What it may do</h2></legend>
<p class="small" id="untick">Untick what you do not want to allow.</p>
${request.rights.map(layOutRight)}${request.capabilities.map(layOutCapability)}
</fieldset>
<dl>
<div><dt>For how long</dt><dd>${describeDuration(request.duration)}</dd></div>
<div><dt>Logged in as</dt><dd class="account"><strong><bdi>${toDisplayText(person.name)}</bdi></strong>
<button class="link" form="account" name="decision" value="switch">Use another account</button></dd></div>
</dl>
<div class="buttons">
<button name="decision" value="deny">Deny</button>
<button name="decision" value="approve" class="go">Allow</button>
</div>
</form>
<form id="account" method="post" action="${action}">${token}</form>`,
  }
}

/** Who asks: first the address, which is registered, then the name, which anybody may choose. */
function layOutClient({ client }: ConsentRequest): Html {
  const { local, address } = describeDestination(client.redirectUri)
  const who = local
    ? html`<p class="host">An app on this computer</p>`
    : html`<p class="host address${address.length > LONG_HOST ? ' long' : ''}"><bdi>${breakAtDots(address)}</bdi></p>`
  const advice = local
    ? html`Any program on this computer can take any name. Allow this only if you have just started it yourself. Your answer goes to <code>${address}</code>.`
    : html`Anyone can take any name: go by the address, whose end says whose it is. Your answer goes there.`
  return html`<section class="client" aria-labelledby="client">
<h2 id="client">Who asks</h2>
${who}
<p>calls itself “<bdi class="name">${toDisplayText(client.name) || toDisplayText(client.id)}</bdi>”</p>
<p class="small">${advice} It is registered here as <code>${toDisplayText(client.id, 200)}</code>.</p>
</section>`
}

/** A host is never cut short, because its end says whose it is; so a long one is set smaller. */
const LONG_HOST = 40

/** Lets a long host break between its labels, its last two excepted. */
function breakAtDots(host: string): Html[] {
  const labels = host.split('.')
  return labels.map((label, place) => {
    if (place === 0) return html`${label}`
    return place < labels.length - 1 ? html`<wbr>.${label}` : html`.${label}`
  })
}

/** The resource's own address, with the part that says whose it is made prominent. */
function layOutAudience(audience: string): Html {
  const { protocol, host, pathname, search } = new URL(audience)
  return html`${protocol}//<strong>${host}</strong>${pathname === '/' ? '' : pathname}${search}`
}

function layOutRight({ scope, words }: Right, place: number): Html {
  return html`<label class="right"><input type="checkbox" name="${rightField(place)}" value="yes" checked>
<span><bdi>${words}</bdi> <code>${scope}</code></span></label>
`
}

function describeDuration(duration: ConsentRequest['duration']): string {
  if (duration === undefined) return 'As it says beside each; after that it has to ask you again'
  const { most, unused } = duration
  return unused === undefined
    ? `${formatDuration(most)}; after that it has to ask you again`
    : `At most ${formatDuration(most)}; it ends after ${formatDuration(unused)} without use`
}
