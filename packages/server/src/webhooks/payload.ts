const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
}

/**
 * Compact JSON in which `<`, `>`, `&` and the two Unicode line separators are escaped: the bytes that are signed, stored
 * and sent. Receivers that re-encode the message to check its signature rely on exactly this form.
 *
 * @example encodeJson({ name: 'a & b' }) // '{"name":"a \\u0026 b"}'
 */
export function encodeJson(value: unknown): string {
  // Outside of strings JSON has none of these characters, so replacing them in the whole text is right.
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, character => ESCAPES[character] ?? character)
}

export interface Message {
  readonly webhookType: string
  readonly objectType: string
  readonly organizationId: string
  readonly object: Readonly<Record<string, unknown>>
}

/** The body of a webhook request: its keys are always in this order. */
export function encodePayload(message: Message): string {
  return encodeJson({
    webhook_type: message.webhookType,
    object_type: message.objectType,
    organization_id: message.organizationId,
    [message.objectType]: message.object,
  })
}
