// Sends many messages with Google's own client to an endpoint of ours, and prints what that cost as one line of JSON:
// {"messages":10000,"seconds":1.2,"processor_seconds":0.9,"peak_mib":160.5}.
//
//   node load.mjs ENDPOINT CA_PEM_FILE SERVICE_ACCOUNT_FILE BODY_FILE MESSAGES CALLS
//
// BODY_FILE is a message as FCM reads it, its token left as it is; CALLS of 500 messages each are under way at once, as
// an app server does that has an audience to tell. Node's start and the first calls, which fetch the access token and
// have the code compiled, are not counted.
import { readFileSync } from 'node:fs'

import { open } from './client.mjs'

/** The most that one call takes. */
const CALL = 500
const WARM_UP_CALLS = 4

const [endpoint, caFile, accountFile, bodyFile, messages, calls] = process.argv.slice(2)
if (!calls) {
  console.error('usage: node load.mjs ENDPOINT CA_PEM_FILE SERVICE_ACCOUNT_FILE BODY_FILE MESSAGES CALLS')
  process.exit(2)
}
const messaging = open(endpoint, caFile, accountFile)
const { message: body } = JSON.parse(readFileSync(bodyFile, 'utf8'))
const { ttl, collapse_key: collapseKey, notification, ...android } = body.android
const { channel_id: channelId, ...shown } = notification
const { token: _, ...base } = {
  ...body,
  android: { ...android, ttl: Number.parseInt(ttl, 10) * 1000, collapseKey, notification: { ...shown, channelId } },
}
const address = (number) => String(number).padStart(body.token.length, '0')

async function send(first, count) {
  const tokens = Array.from({ length: count }, (_, nth) => address(first + nth))
  const { successCount, responses } = await messaging.sendEachForMulticast({ ...base, tokens })
  if (successCount !== count) throw responses.find((one) => !one.success).error
}

for (let call = 0; call < WARM_UP_CALLS; call += 1) await send(call * CALL, CALL)
const [clock, processor] = [process.hrtime.bigint(), process.cpuUsage()]
let next = 0
async function work() {
  while (next < Number(messages)) {
    const first = next
    next += CALL
    await send(first, Math.min(CALL, Number(messages) - first))
  }
}
await Promise.all(Array.from({ length: Number(calls) }, work))
const seconds = Number(process.hrtime.bigint() - clock) / 1e9
const { user, system } = process.cpuUsage(processor)
const figures = { messages: Number(messages), seconds, processor_seconds: (user + system) / 1e6, peak_mib: process.resourceUsage().maxRSS / 1024 }
console.log(JSON.stringify(figures))
process.exit(0)
