// Sends one message with Google's own client to an endpoint of ours, and prints what came of it as one line of JSON:
// {"success":true,"message_id":"projects/…/messages/…"} or {"success":false,"code":"messaging/…","message":"…"}.
//
//   node send.mjs ENDPOINT CA_PEM_FILE SERVICE_ACCOUNT_FILE TOKEN
//
// ENDPOINT stands in for https://fcm.googleapis.com; CA_PEM_FILE is the authority that signed its certificate; the
// access token comes from the `token_uri` of SERVICE_ACCOUNT_FILE. A refusal is an answer: the exit status is 0.
import { open } from './client.mjs'

const LIMIT_MS = 20_000

const [endpoint, caFile, accountFile, token] = process.argv.slice(2)
if (!token) {
  console.error('usage: node send.mjs ENDPOINT CA_PEM_FILE SERVICE_ACCOUNT_FILE TOKEN')
  process.exit(2)
}
const messaging = open(endpoint, caFile, accountFile)
const overdue = setTimeout(() => {
  console.error('no answer in time')
  process.exit(1)
}, LIMIT_MS)
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
const { responses } = await messaging.sendEach([message])
clearTimeout(overdue)
const [{ success, messageId, error }] = responses
console.log(JSON.stringify(success ? { success, message_id: messageId } : { success, code: error.code, message: error.message }))
process.exit(0)
