/** What a mail about a document says. */
export interface Letter {
  readonly lang: string
  readonly subject: string
  readonly title: string
  /** The figure that people look for first. */
  readonly amount: string
  /** What it is about, a line each. */
  readonly facts: readonly (readonly [label: string, value: string])[]
  /** Absent where there is nothing to download. */
  readonly link?: { readonly label: string; readonly url: string }
  readonly footer: string
}

/** The mail as plain text. */
export function textOf({ title, amount, facts, link, footer }: Letter): string {
  const lines = facts.map(([label, value]) => `${label}: ${value}`)
  const download = link === undefined ? [] : ['', `${link.label}: ${link.url}`]
  return [title, amount, '', ...lines, ...download, '', '--', footer, ''].join('\n')
}

/** The mail as HTML that mail programs show alike: a table, styles in place, nothing loaded from elsewhere. */
export function htmlOf({ lang, subject, title, amount, facts, link, footer }: Letter): string {
  const rows = facts.map(
    ([label, value]) =>
      `<tr><td style="padding:6px 0;color:#5b6770">${escaped(label)}</td>` +
      `<td style="padding:6px 0;text-align:right">${escaped(value)}</td></tr>`,
  )
  const download =
    link === undefined
      ? ''
      : `<p style="margin:24px 0 0"><a href="${escaped(link.url)}" style="color:#0f6b73">${escaped(link.label)}</a></p>`
  return `<!doctype html>
<html lang="${escaped(lang)}">
<head><meta charset="utf-8"><title>${escaped(subject)}</title></head>
<body style="margin:0;padding:32px 16px;background:#f6f5f1;font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;color:#17212b">
<table role="presentation" width="100%" style="max-width:560px;margin:0 auto;background:#fff;border:1px solid #e2e0d9">
<tr><td style="padding:32px">
<p style="margin:0;color:#5b6770">${escaped(title)}</p>
<p style="margin:4px 0 24px;font-size:32px;font-weight:600">${escaped(amount)}</p>
<table role="presentation" width="100%" style="border-top:1px solid #e2e0d9;border-collapse:collapse">
${rows.join('\n')}
</table>
${download}
</td></tr>
</table>
<p style="margin:16px auto 0;max-width:560px;font-size:12px;color:#5b6770">${escaped(footer)}</p>
</body>
</html>
`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => ENTITIES[character] ?? character)
}
