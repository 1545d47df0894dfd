// Sends one message with Google's own client to an endpoint of ours, and prints what came of it as one line of JSON:
// {"success":true,"message_id":"projects/…/messages/…"} or {"success":false,"code":"messaging/…","message":"…"}.
//
//   node send.mjs ENDPOINT CA_PEM_FILE SERVICE_ACCOUNT_FILE TOKEN
//
// ENDPOINT stands in for https://fcm.googleapis.com; CA_PEM_FILE is the authority that signed its certificate; the
// access token comes from the `token_uri` of SERVICE_ACCOUNT_FILE. A refusal is an answer: the exit status is 0.
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

const [endpoint, caFile, accountFile, token] = process.argv.slice(2)
if (!token) {
  console.error('usage: node send.mjs ENDPOINT CA_PEM_FILE SERVICE_ACCOUNT_FILE TOKEN')
  process.exit(2)
}
const ca = readFileSync(caFile)
const account = JSON.parse(readFileSync(accountFile, 'utf8'))

/** The client has no setting for its endpoint, and writes the scheme as `https:`, which strict servers refuse. */
function redirectToEndpoint() {
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
async function getAccessToken() {
  const now = Math.floor(Date.now() / 1000)
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const header = part({ alg: 'RS256', typ: 'JWT', kid: account.private_key_id })
  const claims = { iss: account.client_email, scope: SCOPE, aud: account.token_uri, iat: now, exp: now + TOKEN_LIFE_S }
  const unsigned = `${header}.${part(claims)}`
  const signature = createSign('RSA-SHA256').update(unsigned).sign(account.private_key, 'base64url')
  const form = new URLSearchParams({ grant_type: GRANT, assertion: `${unsigned}.${signature}` })
  return post(account.token_uri, form.toString())
}

function post(url, form) {
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

redirectToEndpoint()
const overdue = setTimeout(() => {
  console.error('no answer in time')
  process.exit(1)
}, LIMIT_MS)
initializeApp({ projectId: account.project_id, credential: { getAccessToken } })
const message = {
  token,
  notification: { title: 'Tram A interrompu', body: 'Reprise prévue à 18 h.' },
  data: { item: 'disruption', url: 'https://valbourg.example/i/1' },
  android: { priority: 'high', ttl: 3_600_000, collapseKey: 'line-a', notification: { channelId: 'disruptions', tag: 'a' } },
  apns: { headers: { 'apns-priority': '10', 'apns-collapse-id': 'line-a' }, payload: { aps: { sound: 'default' } } },
  webpush: { headers: { TTL: '3600', Urgency: 'high' }, fcmOptions: { link: 'https://valbourg.example/i/1' } },
  fcmOptions: { analyticsLabel: 'beffroi' },
}
// sendEach is the path over HTTP/2; `send` alone speaks HTTP/1.1.
const { responses } = await getMessaging().sendEach([message])
clearTimeout(overdue)
const [{ success, messageId, error }] = responses
console.log(JSON.stringify(success ? { success, message_id: messageId } : { success, code: error.code, message: error.message }))
process.exit(0)
