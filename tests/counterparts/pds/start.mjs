// A real Bluesky PDS beside an in-memory PLC directory, on free ports of 127.0.0.1, with one account.
//
// Prints one line of JSON when it is ready: {"url","handle","did","app_password"}. Ends when its standard input is
// closed or on SIGTERM. Its data is in a temporary folder that goes with it. Rate limits are on: BEFFROI_PDS_RATE_LIMITS=false
// lets a test send more than a person would.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import http from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import plc from '@did-plc/server'
import pds from '@atproto/pds'

const HANDLE = 'valbourg.test'
const START_LIMIT_MS = 60_000

// Standard output is for the one line; whatever the servers log goes where logs go.
console.log = console.error

const secret = (bytes) => randomBytes(bytes).toString('hex')

/** A port that nobody listens on at this moment. */
async function freePort() {
  const probe = createServer()
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return port
}

/** Both servers would listen on every address of the machine: a port alone becomes a port of 127.0.0.1. */
function listenOnLoopbackOnly() {
  const listen = http.Server.prototype.listen
  http.Server.prototype.listen = function (port, ...rest) {
    return typeof port === 'number' ? listen.call(this, port, '127.0.0.1', ...rest) : listen.call(this, port, ...rest)
  }
}

async function startPlc() {
  const port = await freePort()
  const server = plc.PlcServer.create({ db: plc.Database.mock(), port })
  await server.start()
  return { url: `http://127.0.0.1:${port}`, stop: () => server.destroy() }
}

async function startPds(plcUrl, folder) {
  const port = await freePort()
  const env = {
    devMode: true,
    port,
    hostname: 'localhost',
    didPlcUrl: plcUrl,
    serviceHandleDomains: ['.test'],
    inviteRequired: false,
    dataDirectory: folder,
    blobstoreDiskLocation: join(folder, 'blobs'),
    jwtSecret: secret(32),
    adminPassword: secret(16),
    plcRotationKeyK256PrivateKeyHex: secret(32),
    disableSsrfProtection: true,
    rateLimitsEnabled: process.env.BEFFROI_PDS_RATE_LIMITS !== 'false',
    logEnabled: false,
  }
  const server = await pds.PDS.create(pds.envToCfg(env), pds.envToSecrets(env))
  await server.start()
  return { url: `http://127.0.0.1:${port}`, stop: () => server.destroy() }
}

async function call(url, method, body, token) {
  const response = await fetch(`${url}/xrpc/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(`${method}: ${response.status} ${JSON.stringify(answer)}`)
  return answer
}

async function createAccount(url) {
  const account = await call(url, 'com.atproto.server.createAccount', {
    handle: HANDLE,
    email: 'valbourg@example.test',
    password: secret(12),
  })
  const app = await call(url, 'com.atproto.server.createAppPassword', { name: 'beffroi' }, account.accessJwt)
  return { url, handle: account.handle, did: account.did, app_password: app.password }
}

/** Resolves when the one who started us wants us to end. */
function stopAsked() {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
    process.stdin.once('end', resolve).once('error', resolve).resume()
  })
}

const overdue = setTimeout(() => {
  console.error('the PDS was not ready in time')
  process.exit(1)
}, START_LIMIT_MS)
listenOnLoopbackOnly()
const folder = await mkdtemp(join(tmpdir(), 'beffroi-pds-'))
const asked = stopAsked()
let failed = 0
try {
  const directory = await startPlc()
  const server = await startPds(directory.url, folder)
  process.stdout.write(`${JSON.stringify(await createAccount(server.url))}\n`)
  clearTimeout(overdue)
  await asked
  await server.stop()
  await directory.stop()
} catch (error) {
  console.error(error)
  failed = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
process.exit(failed)
