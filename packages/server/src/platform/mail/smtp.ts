import { createTransport } from 'nodemailer'

export interface MailAddress {
  readonly name: string
  readonly address: string
}

export interface Mail {
  /** Makes a mail that is sent twice, after a connection that broke, recognizable as one. */
  readonly messageId: string
  readonly from: MailAddress
  readonly replyTo: string | null
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly bcc: readonly string[]
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly attachments: readonly MailAttachment[]
}

export interface MailAttachment {
  readonly filename: string
  readonly content: Buffer
}

/** The server refused the mail for good: sending it again would be refused again. */
export class RefusedMailError extends Error {}

const CONNECTION_TIMEOUT_MS = 10_000
const SILENCE_TIMEOUT_MS = 60_000

/**
 * Sends a mail through an SMTP server, over a connection of its own.
 *
 * @param url `smtp://user:password@host:587` (encrypted with STARTTLS where the server can) or `smtps://…` (encrypted from the
 * beginning)
 * @throws RefusedMailError when the server refuses it for good; other errors when it may do later
 */
export async function sendMail(url: string, mail: Mail): Promise<void> {
  const transport = createTransport({
    url,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    greetingTimeout: CONNECTION_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
    // Nothing in a mail makes this process read files or open addresses.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const { replyTo, to, cc, bcc, attachments, ...rest } = mail
  try {
    await transport.sendMail({
      ...rest,
      ...(replyTo !== null && { replyTo }),
      to: [...to],
      cc: [...cc],
      bcc: [...bcc],
      attachments: attachments.map(attachment => ({ ...attachment })),
    })
  } catch (error) {
    if (isRefusal(error)) throw new RefusedMailError(error.message, { cause: error })
    throw error
  } finally {
    transport.close()
  }
}

/** Codes from 500 on are final; a password that is wrong today may be right tomorrow. */
function isRefusal(error: unknown): error is Error {
  const { responseCode = 0, code = '' } = error as { responseCode?: number; code?: string }
  return responseCode >= 500 && code !== 'EAUTH'
}
