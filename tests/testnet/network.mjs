// A real AT Protocol network on loopback: PLC directory, PDS, bsync and Bluesky's AppView.
//
//   node network.mjs --port-file FILE [--rate-limits] [--stdin]
//
// FILE appears, whole, once every server answers, and goes when the network stops (SIGTERM, SIGINT).
// --stdin        stop when standard input ends too: whoever started this with a pipe takes it along, however they die
// --rate-limits  the PDS's own limits, with their 429s
// Environment: DB_POSTGRES_URL (needed), TESTNET_THREAD_DEPTH and TESTNET_THREAD_PARENTS (the AppView's limits).
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({
  options: {
    'port-file': { type: 'string' },
    'rate-limits': { type: 'boolean', default: false },
    stdin: { type: 'boolean', default: false },
  },
})

const closers = [] // [what, function], run last to first
let closing = false

async function stop(code) {
  if (closing) return
  closing = true
  for (const [what, close] of closers.reverse()) {
    const failed = (err) => console.error(`closing ${what}: ${err}`)
    // An AppView with much left to index takes its time to close; its database is thrown away anyhow.
    await Promise.race([Promise.resolve().then(close).catch(failed), new Promise((r) => setTimeout(r, 5000))])
  }
  process.exit(code)
}

process.on('SIGTERM', () => stop(0))
process.on('SIGINT', () => stop(0))
process.on('unhandledRejection', (err) => closing || console.error('unhandled rejection:', err))
process.on('uncaughtException', (err) => {
  if (closing) return // connections that were cut while a server was still at work
  console.error('uncaught exception:', err)
  stop(1)
})
if (options.stdin) process.stdin.resume().on('end', () => stop(0)).on('error', () => stop(0))

// Every server in this process listens on loopback only, whatever it asked for.
function listenOnLoopbackOnly() {
  const listen = net.Server.prototype.listen
  net.Server.prototype.listen = function (...args) {
    const [first] = args
    if (typeof first === 'number' || typeof first === 'string') {
      const ready = args.find((arg) => typeof arg === 'function')
      return listen.call(this, { port: Number(first), host: '127.0.0.1' }, ready)
    }
    if (first && 'port' in first && !first.host) args[0] = { ...first, host: '127.0.0.1' }
    return listen.apply(this, args)
  }
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

// What the servers put into the temporary folder goes with them.
function ownTemporaryFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `unroller-network-${process.pid}-`))
  closers.push(['temporary folder', () => fs.rmSync(folder, { recursive: true, force: true })])
  process.env.TMPDIR = folder
}

const limits = () => ({
  ...(process.env.TESTNET_THREAD_DEPTH && { maxThreadDepth: Number(process.env.TESTNET_THREAD_DEPTH) }),
  ...(process.env.TESTNET_THREAD_PARENTS && { maxThreadParents: Number(process.env.TESTNET_THREAD_PARENTS) }),
})

async function startServers(env) {
  const dbUrl = process.env.DB_POSTGRES_URL
  const name = [...`${process.pid}${Date.now()}`].map((digit) => 'abcdefghij'[digit]).join('') // letters only
  const [pdsPort, bskyPort, plcPort] = [await freePort(), await freePort(), await freePort()]
  const bskyUrl = `http://localhost:${bskyPort}`
  const started = (what, server) => (closers.push([what, () => server.close()]), server)

  const plc = started('PLC', await env.TestPlc.create({ port: plcPort }))
  const bsyncApiKey = 'bsync-api-key'
  const bsync = started('bsync', await env.TestBsync.create({ apiKeys: [bsyncApiKey], dbUrl, dbSchema: `bsync_${name}` }))
  const bsky = started('AppView', await env.TestBsky.create({
    port: bskyPort,
    publicUrl: bskyUrl, // image addresses in its answers lead here, and work
    plcUrl: plc.url,
    pdsPort,
    bsyncApiKey,
    bsyncUrl: bsync.url,
    repoProvider: `ws://localhost:${pdsPort}`,
    dbPostgresSchema: `appview_${name}`,
    dbPostgresUrl: dbUrl,
    redisHost: '127.0.0.1:1', // asserted to be there, never connected to
    labelsFromIssuerDids: [env.EXAMPLE_LABELER],
    ...limits(),
  }))
  bsync.ctx.dataplaneClients = [bsky.ctx.dataplane]
  const pds = started('PDS', await env.TestPds.create({
    port: pdsPort,
    hostname: 'localhost',
    didPlcUrl: plc.url,
    bskyAppViewUrl: bsky.url,
    bskyAppViewDid: bsky.ctx.cfg.serverDid,
    bskyAppViewCdnUrlPattern: `${bskyUrl}/img/%s/plain/%s/%s`,
    enableDidDocWithSession: true,
    rateLimitsEnabled: options['rate-limits'],
  }))
  env.mockNetworkUtilities(pds, bsky)
  return { plc, bsync, bsky, pds }
}

// Returns once the AppView has indexed all that the PDS has: instead of sleeping.
async function settle({ pds, bsky, bsync }) {
  const end = Date.now() + 120_000
  await pds.processAll()
  const last = (await pds.ctx.sequencer.curr()) ?? 0
  for (;;) {
    await bsky.sub.processAll()
    if (((await bsky.sub.getCursor()) ?? 0) >= last) break
    if (Date.now() > end) throw new Error(`the AppView is behind: ${await bsky.sub.getCursor()} of ${last}`)
    await new Promise((r) => setTimeout(r, 5))
  }
  await bsky.bsyncSub.processAll(await bsync.getStreamHeads(), Math.max(1, end - Date.now()))
  return { seq: last }
}

// A label by the network's labeler; `neg` takes one back.
async function label({ bsky }, src, { uri, cid = '', val, neg = false }) {
  const cts = new Date().toISOString()
  await bsky.db.db
    .insertInto('label')
    .values({ uri, cid, val, neg, src, exp: null, cts })
    .onConflict((row) => row.columns(['src', 'uri', 'cid', 'val']).doUpdateSet({ neg, cts }))
    .execute()
  return {}
}

async function readJson(request) {
  let text = ''
  for await (const chunk of request) text += chunk
  return text ? JSON.parse(text) : {}
}

// What a test needs and the protocol has no call for.
async function startControl(calls) {
  const port = await freePort()
  const server = http.createServer(async (request, response) => {
    const answer = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    try {
      const call = calls[request.url]
      if (call) answer(200, await call(await readJson(request)))
      else answer(404, { error: 'no such call' })
    } catch (err) {
      answer(500, { error: String(err?.message || err) })
    }
  })
  await new Promise((r) => server.listen(port, r))
  closers.push(['control', () => (server.closeAllConnections(), server.close())])
  return `http://localhost:${port}`
}

async function mustAnswer(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) })
  if (!response.ok) throw new Error(`${url}: ${response.status}`)
}

function writePortFile(file, known) {
  fs.writeFileSync(`${file}.part`, JSON.stringify(known, null, 2))
  fs.renameSync(`${file}.part`, file)
  closers.push(['port file', () => fs.rmSync(file, { force: true })])
}

try {
  listenOnLoopbackOnly()
  ownTemporaryFolder()
  const env = await import('@atproto/dev-env')
  const servers = await startServers(env)
  const control = await startControl({
    '/settle': () => settle(servers),
    '/label': (wanted) => label(servers, env.EXAMPLE_LABELER, wanted),
    '/memory': () => process.memoryUsage(),
  })
  const { plc, bsky, pds } = servers
  for (const url of [`${pds.url}/xrpc/_health`, `${bsky.url}/xrpc/_health`, `${plc.url}/_health`]) await mustAnswer(url)
  await settle(servers)
  writePortFile(options['port-file'], {
    pds: pds.url,
    appview: bsky.url,
    plc: plc.url,
    control,
    admin_password: env.ADMIN_PASSWORD,
    labeler_did: env.EXAMPLE_LABELER,
    pid: process.pid,
  })
} catch (err) {
  if (!closing) console.error(err?.stack || err)
  await stop(1)
}
