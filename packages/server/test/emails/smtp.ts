import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

export interface ReceivedMail {
  readonly from: string
  readonly recipients: readonly string[]
  /** As it came over the wire. */
  readonly source: string
}

export interface SmtpReceiver {
  readonly url: string
  readonly received: ReceivedMail[]
  /** What the server answers to the next mails; null: it takes them. */
  answer: { readonly code: number; readonly message: string } | null
  stop(): Promise<void>
}

/** A real SMTP server that keeps what it gets. */
export async function startSmtp(): Promise<SmtpReceiver> {
  const received: ReceivedMail[] = []
  const server = new SMTPServer({
    authMethods: ['PLAIN'],
    onAuth({ username, password }, _session, done) {
      if (username === 'weir' && password === 'secret') done(null, { user: username })
      else done(new Error('wrong password'))
    },
    // The certificate of the server is one of its own making.
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      buffer(stream).then(bytes => {
        const { mailFrom, rcptTo } = session.envelope
        if (receiver.answer !== null) {
          const { code, message } = receiver.answer
          done(Object.assign(new Error(message), { responseCode: code }))
          return
        }
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          recipients: rcptTo.map(({ address }) => address),
          source: bytes.toString('latin1'),
        })
        done()
      }, done)
    },
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.server.address() as AddressInfo
  const receiver: SmtpReceiver = {
    url: `smtp://weir:secret@127.0.0.1:${port}`,
    received,
    answer: null,
    stop: () => new Promise(resolve => server.close(() => resolve())),
  }
  return receiver
}

/** The headers of a mail, unfolded, by lower-case name. */
export function headersOf({ source }: ReceivedMail): Record<string, string> {
  const [head = ''] = source.split('\r\n\r\n')
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')
  return Object.fromEntries(lines.map(line => [line.split(':')[0]?.toLowerCase(), line.slice(line.indexOf(':') + 2)]))
}

/** The attachments of a mail by name. */
export function attachmentsOf({ source }: ReceivedMail): Record<string, Buffer> {
  const parts = source.split(/\r\n--[^\r\n]+\r\n/)
  return Object.fromEntries(
    parts.flatMap(part => {
      const name = /Content-Disposition: attachment;\s+filename="?([^"\r\n]+)"?/i.exec(part)?.[1]
      const body = part.split('\r\n\r\n')[1] ?? ''
      return name === undefined ? [] : [[name, Buffer.from(body.replace(/\r\n--[^\r\n]+--/g, ''), 'base64')]]
    }),
  )
}
