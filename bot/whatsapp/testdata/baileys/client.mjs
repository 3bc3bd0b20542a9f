// A person's WhatsApp client that is not whatsmeow: Baileys, for TestBaileys.
//
// It says and does what it is told on stdin, and says what it reads on stdout,
// one JSON object a line:
//
//   <  {"say": "halo"}  {"photo": "…base64…"}
//   >  {"hello": "v22.0.0"}     first of all: the version of Node
//   >  {"qr": "2@…"}            until it is linked
//   >  {"open": true}           whenever it is connected
//   >  {"id": "…", "from": "…", "text": "…", "photo": "…base64…", "answers": "…id…"}
//   >  {"fault": "…"}
//
// WHATSAPPTEST_ADDR and WHATSAPPTEST_ROOT are the server and its key, and
// WRITE_TO is whom it writes to. It ends when stdin does.
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { syncBuiltinESMExports } from 'node:module'
import { createInterface } from 'node:readline'

const { WHATSAPPTEST_ADDR: addr, WHATSAPPTEST_ROOT: root, WRITE_TO: to } = process.env
const tell = what => process.stdout.write(JSON.stringify(what) + '\n')
const fault = err => tell({ fault: String(err?.stack ?? err) })

// All connections, whoever makes them, go to the server or nowhere.
const [ip, port] = addr.split(':')
const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (...args) {
  const o = [args[0]].flat()[0] // the arguments, or an array of them
  if (o?.host !== ip || Number(o.port) !== Number(port)) {
    fault('refuse to reach ' + JSON.stringify(o?.host ?? o))
    throw new Error('refused')
  }
  return connect.apply(this, args)
}

// The media host of WhatsApp is there, too. Baileys uploads with https.request
// and downloads with fetch; this must come before it is loaded.
const mediaHost = 'mmg.whatsapp.net'
https.request = ({ agent, ...o }, done) =>
  http.request(o.hostname === mediaHost ? { ...o, hostname: ip, port } : o, done)
syncBuiltinESMExports()
const fetched = globalThis.fetch
globalThis.fetch = (url, o) => fetched(String(url).replace(`https://${mediaHost}/`, `http://${addr}/`), o)

const { default: makeWASocket, downloadMediaMessage, initAuthCreds, proto } = await import('@whiskeysockets/baileys')
const { WA_CERT_DETAILS } = await import('@whiskeysockets/baileys/lib/Defaults/index.js')
WA_CERT_DETAILS.PUBLIC_KEY.set(Buffer.from(root, 'hex'))

// What it logs is for who looks at a failing test.
const nothing = () => {}
const say = (...what) => console.error(...what)
const logger = { level: 'warn', child: () => logger, trace: nothing, debug: nothing, info: nothing, warn: say, error: say }

// Keys are kept in memory: the device ends with the process.
const kept = new Map()
const keys = {
  get: async (type, ids) => Object.fromEntries(
    ids.filter(id => kept.has(type + ' ' + id)).map(id => [id, kept.get(type + ' ' + id)])),
  set: async data => {
    for (const [type, of] of Object.entries(data)) {
      for (const [id, value] of Object.entries(of)) {
        if (value == null) kept.delete(type + ' ' + id)
        else kept.set(type + ' ' + id, value)
      }
    }
  },
}
const creds = initAuthCreds()

let sock
function start() {
  sock = makeWASocket({
    auth: { creds, keys }, logger, waWebSocketUrl: `ws://${addr}/ws/chat`,
    syncFullHistory: false, shouldSyncHistoryMessage: () => false, // a new phone has none
  })
  sock.ev.on('creds.update', change => Object.assign(creds, change))
  sock.ev.on('connection.update', ({ qr, connection, lastDisconnect }) => {
    if (qr) tell({ qr })
    if (connection === 'open') tell({ open: true })
    if (connection === 'close') {
      const code = lastDisconnect?.error?.output?.statusCode
      if (code === 401) fault('unlinked')
      else start() // 515 after linking, and whatever a person's phone survives
    }
  })
  sock.ev.on('messages.upsert', async ({ messages }) => {
    for (const m of messages) if (!m.key.fromMe) await read(m).catch(fault)
  })
}

async function read(m) {
  const { imageMessage: photo, extendedTextMessage: extended, conversation } = m.message ?? {}
  if (!m.message) {
    // What happened in a group is of no interest here; what cannot be read is.
    if (m.messageStubType === proto.WebMessageInfo.StubType.CIPHERTEXT) fault('cannot read: ' + JSON.stringify(m))
    return
  }
  tell({
    id: m.key.id, from: m.key.participant || m.key.remoteJid,
    text: photo?.caption ?? extended?.text ?? conversation ?? '',
    photo: photo ? (await downloadMediaMessage(m, 'buffer', {}, { logger })).toString('base64') : undefined,
    answers: (photo ?? extended)?.contextInfo?.stanzaId,
  })
  await sock.readMessages([m.key])
}

tell({ hello: process.version })
start()
for await (const line of createInterface({ input: process.stdin })) {
  const { say, photo } = JSON.parse(line)
  // An empty thumbnail: making one needs a library for pictures.
  const what = say !== undefined ? { text: say } : { image: Buffer.from(photo, 'base64'), jpegThumbnail: '' }
  await sock.sendMessage(to, what).catch(fault)
}
process.exit()
