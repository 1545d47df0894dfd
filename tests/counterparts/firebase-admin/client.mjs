// Google's own FCM client, aimed at an endpoint of ours.
import { createSign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'

import { initializeApp } from 'firebase-admin/app'
import { getMessaging } from 'firebase-admin/messaging'

const GOOGLE = 'https://fcm.googleapis.com'
const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging'
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const TOKEN_LIFE_S = 3600
const LIMIT_MS = 20_000

/** The client. `endpoint` stands in for Google's; `caFile` is the authority that signed its certificate. */
export function open(endpoint, caFile, accountFile) {
  const ca = readFileSync(caFile)
  const account = JSON.parse(readFileSync(accountFile, 'utf8'))
  redirect(endpoint, ca)
  initializeApp({ projectId: account.project_id, credential: { getAccessToken: () => getAccessToken(account, ca) } })
  return getMessaging()
}

/** The client has no setting for its endpoint, and writes the scheme as `https:`, which strict servers refuse. */
function redirect(endpoint, ca) {
  const connect = http2.connect
  http2.connect = (authority, options) => {
    if (new URL(authority).origin !== GOOGLE) throw new Error(`unexpected connection to ${authority}`)
    const session = connect(endpoint, { ...options, ca })
    const request = session.request.bind(session)
    session.request = (headers, ...rest) => request({ ...headers, ':scheme': new URL(endpoint).protocol.slice(0, -1) }, ...rest)
    return session
  }
}

/** Google's library knows one token endpoint only; this is the exchange it makes, at the key file's own. */
async function getAccessToken(account, ca) {
  const now = Math.floor(Date.now() / 1000)
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const header = part({ alg: 'RS256', typ: 'JWT', kid: account.private_key_id })
  const claims = { iss: account.client_email, scope: SCOPE, aud: account.token_uri, iat: now, exp: now + TOKEN_LIFE_S }
  const unsigned = `${header}.${part(claims)}`
  const signature = createSign('RSA-SHA256').update(unsigned).sign(account.private_key, 'base64url')
  const form = new URLSearchParams({ grant_type: GRANT, assertion: `${unsigned}.${signature}` })
  return post(account.token_uri, form.toString(), ca)
}

function post(url, form, ca) {
  const client = url.startsWith('https:') ? https : http
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(form) }
  return new Promise((resolve, reject) => {
    const request = client.request(url, { method: 'POST', headers, ca, timeout: LIMIT_MS }, async (response) => {
      const chunks = await response.toArray()
      const text = Buffer.concat(chunks).toString()
      if (response.statusCode === 200) resolve(JSON.parse(text))
      else reject(new Error(`${url}: ${response.statusCode} ${text}`))
    })
    request.on('error', reject).on('timeout', () => request.destroy(new Error(`${url}: no answer`))).end(form)
  })
}
