import { LOCALES, type Locale } from '../documents/index.ts'

/** A phrase in each language, in the order of {@link LOCALES}; `{x}` stands for what is filled in. */
// biome-ignore format: a phrase a line is how translators read it
const PHRASES = {
  invoice_subject: ['Your Invoice from {entity} #{number}', 'Ihre Rechnung von {entity} #{number}', 'Su factura de {entity} #{number}', 'Votre facture de {entity} #{number}', 'La tua fattura da {entity} #{number}', 'Din faktura fra {entity} #{number}', 'Sua fatura de {entity} #{number}', 'Din faktura från {entity} #{number}', '您來自 {entity} 的發票 #{number}'],
  note_subject: ['Your credit note from {entity} #{number}', 'Ihre Gutschrift von {entity} #{number}', 'Su nota de crédito de {entity} #{number}', 'Votre avoir de {entity} #{number}', 'La tua nota di credito da {entity} #{number}', 'Din kreditnota fra {entity} #{number}', 'Sua nota de crédito de {entity} #{number}', 'Din kreditnota från {entity} #{number}', '您來自 {entity} 的貸項通知單 #{number}'],
  invoice_from: ['Invoice from {entity}', 'Rechnung von {entity}', 'Factura de {entity}', 'Facture de {entity}', 'Fattura da {entity}', 'Faktura fra {entity}', 'Fatura de {entity}', 'Faktura från {entity}', '來自 {entity} 的發票'],
  note_from: ['Credit note from {entity}', 'Gutschrift von {entity}', 'Nota de crédito de {entity}', 'Avoir de {entity}', 'Nota di credito da {entity}', 'Kreditnota fra {entity}', 'Nota de crédito de {entity}', 'Kreditnota från {entity}', '來自 {entity} 的貸項通知單'],
  receipt_subject: ['Your payment receipt from {entity} #{number}', 'Ihre Zahlungsbestätigung von {entity} #{number}', 'Su recibo de pago de {entity} #{number}', 'Votre reçu de paiement de {entity} #{number}', 'La tua ricevuta di pagamento da {entity} #{number}', 'Din betalingskvittering fra {entity} #{number}', 'Seu recibo de pagamento de {entity} #{number}', 'Ditt betalningskvitto från {entity} #{number}', '您來自 {entity} 的付款收據 #{number}'],
  receipt_from: ['Payment receipt from {entity}', 'Zahlungsbestätigung von {entity}', 'Recibo de pago de {entity}', 'Reçu de paiement de {entity}', 'Ricevuta di pagamento da {entity}', 'Betalingskvittering fra {entity}', 'Recibo de pagamento de {entity}', 'Betalningskvitto från {entity}', '來自 {entity} 的付款收據'],
  receipt_number: ['Receipt number', 'Belegnummer', 'Número de recibo', 'Numéro de reçu', 'Numero della ricevuta', 'Kvitteringsnummer', 'Número do recibo', 'Kvittonummer', '收據編號'],
  payment_date: ['Payment date', 'Zahlungsdatum', 'Fecha de pago', 'Date de paiement', 'Data di pagamento', 'Betalingsdato', 'Data do pagamento', 'Betalningsdatum', '付款日期'],
  remaining_due: ['Remaining due', 'Offener Betrag', 'Importe pendiente', 'Reste à payer', 'Importo residuo', 'Gjenstående beløp', 'Valor restante', 'Återstående belopp', '尚欠金額'],
  credited: ['Credited on your balance', 'Ihrem Guthaben gutgeschrieben', 'Abonado en su saldo', 'Crédité sur votre solde', 'Accreditato sul tuo saldo', 'Kreditert saldoen din', 'Creditado no seu saldo', 'Krediterat ditt saldo', '已計入您的餘額'],
  refunded: ['Refunded', 'Erstattet', 'Reembolsado', 'Remboursé', 'Rimborsato', 'Refundert', 'Reembolsado', 'Återbetalat', '已退款'],
  offset: ['Offset against the invoice', 'Mit der Rechnung verrechnet', 'Compensado con la factura', 'Imputé sur la facture', 'Compensato con la fattura', 'Motregnet mot fakturaen', 'Compensado na fatura', 'Kvittat mot fakturan', '已抵銷發票'],
  number: ['Invoice number', 'Rechnungsnummer', 'Número de factura', 'Numéro de facture', 'Numero fattura', 'Fakturanummer', 'Número da fatura', 'Fakturanummer', '發票號碼'],
  note_number: ['Credit note number', 'Gutschriftnummer', 'Número de nota de crédito', "Numéro d'avoir", 'Numero della nota di credito', 'Kreditnotanummer', 'Número da nota de crédito', 'Kreditnotanummer', '貸項通知單編號'],
  issue_date: ['Issue date', 'Ausstellungsdatum', 'Fecha de emisión', "Date d'émission", 'Data di emissione', 'Utstedelsesdato', 'Data de emissão', 'Utfärdandedatum', '開立日期'],
  download_invoice: ['Download the invoice', 'Rechnung herunterladen', 'Descargar la factura', 'Télécharger la facture', 'Scarica la fattura', 'Last ned fakturaen', 'Baixar a fatura', 'Ladda ner fakturan', '下載發票'],
  download_note: ['Download the credit note', 'Gutschrift herunterladen', 'Descargar la nota de crédito', "Télécharger l'avoir", 'Scarica la nota di credito', 'Last ned kreditnotaen', 'Baixar a nota de crédito', 'Ladda ner kreditnotan', '下載貸項通知單'],
  sent_with: ['Sent with Weir', 'Gesendet mit Weir', 'Enviado con Weir', 'Envoyé avec Weir', 'Inviato con Weir', 'Sendt med Weir', 'Enviado com Weir', 'Skickat med Weir', '由 Weir 寄送'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type Phrase = keyof typeof PHRASES

/** @example say('en', 'invoice_from', { entity: 'Acme' }) // 'Invoice from Acme' */
export function say(locale: Locale, phrase: Phrase, filled: Readonly<Record<string, string>> = {}): string {
  const words: string = PHRASES[phrase][LOCALES.indexOf(locale)] ?? PHRASES[phrase][0]
  return words.replace(/\{(\w+)\}/g, (blank, key: string) => filled[key] ?? blank)
}
