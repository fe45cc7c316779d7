import { LOCALES, type Locale } from './locales.ts'

/** A phrase in each language, in the order of {@link LOCALES}; `{x}` stands for what is filled in. */
// biome-ignore format: a phrase a line is how translators read it
const PHRASES = {
  invoice: ['Invoice', 'Rechnung', 'Factura', 'Facture', 'Fattura', 'Faktura', 'Fatura', 'Faktura', '發票'],
  tax_invoice: ['Tax invoice', 'Steuerrechnung', 'Factura fiscal', 'Facture fiscale', 'Fattura fiscale', 'Skattefaktura', 'Fatura fiscal', 'Skattefaktura', '稅務發票'],
  self_billing_invoice: ['Self-billing invoice', 'Gutschriftrechnung', 'Autofactura', 'Autofacture', 'Autofattura', 'Selvfaktura', 'Autofatura', 'Självfaktura', '自開發票'],
  advance_invoice: ['Advance invoice', 'Vorausrechnung', 'Factura anticipada', "Facture d'avance", 'Fattura anticipata', 'Forskuddsfaktura', 'Fatura antecipada', 'Förskottsfaktura', '預付發票'],
  paid_invoice: ['Paid invoice', 'Bezahlte Rechnung', 'Factura pagada', 'Facture acquittée', 'Fattura pagata', 'Betalt faktura', 'Fatura paga', 'Betald faktura', '已付發票'],
  paid_tax_invoice: ['Paid tax invoice', 'Bezahlte Steuerrechnung', 'Factura fiscal pagada', 'Facture fiscale acquittée', 'Fattura fiscale pagata', 'Betalt skattefaktura', 'Fatura fiscal paga', 'Betald skattefaktura', '已付稅務發票'],
  credit_note: ['Credit note', 'Gutschrift', 'Nota de crédito', "Facture d'avoir", 'Nota di credito', 'Kreditnota', 'Nota de crédito', 'Kreditnota', '貸項通知單'],
  credit_note_number: ['Credit note number', 'Gutschriftnummer', 'Número de nota de crédito', "Numéro d'avoir", 'Numero della nota di credito', 'Kreditnotanummer', 'Número da nota de crédito', 'Kreditnotanummer', '貸項通知單編號'],
  credit_to: ['Credit to', 'Gutschrift an', 'Abonar a', 'Avoir pour', 'Credito a', 'Kreditert', 'Creditar a', 'Krediteras', '貸記給'],
  invoice_number: ['Invoice number', 'Rechnungsnummer', 'Número de factura', 'Numéro de facture', 'Numero fattura', 'Fakturanummer', 'Número da fatura', 'Fakturanummer', '發票號碼'],
  purchase_order: ['Purchase order number', 'Bestellnummer', 'Número de pedido', 'Numéro de commande', "Numero d'ordine", 'Bestillingsnummer', 'Número do pedido', 'Beställningsnummer', '採購單號'],
  issue_date: ['Issue date', 'Ausstellungsdatum', 'Fecha de emisión', "Date d'émission", 'Data di emissione', 'Utstedelsesdato', 'Data de emissão', 'Utfärdandedatum', '開立日期'],
  payment_term: ['Payment term', 'Zahlungsziel', 'Plazo de pago', 'Délai de paiement', 'Termini di pagamento', 'Betalingsfrist', 'Prazo de pagamento', 'Betalningsvillkor', '付款期限'],
  days: ['{n} days', '{n} Tage', '{n} días', '{n} jours', '{n} giorni', '{n} dager', '{n} dias', '{n} dagar', '{n} 天'],
  from: ['From', 'Von', 'De', 'De', 'Da', 'Fra', 'De', 'Från', '開立方'],
  bill_to: ['Bill to', 'Rechnung an', 'Facturar a', 'Facturé à', 'Fatturare a', 'Faktureres til', 'Faturar para', 'Faktureras till', '帳單收件人'],
  tax_id: ['Tax ID: {n}', 'USt-IdNr.: {n}', 'NIF: {n}', 'Numéro de TVA : {n}', 'Partita IVA: {n}', 'MVA-nr.: {n}', 'CPF/CNPJ: {n}', 'Momsreg.nr: {n}', '統一編號：{n}'],
  due: ['Due {date}', 'Fällig am {date}', 'Vence el {date}', 'À payer le {date}', 'Scadenza {date}', 'Forfaller {date}', 'Vence em {date}', 'Förfaller {date}', '到期日 {date}'],
  already_paid: ['Already paid', 'Bereits bezahlt', 'Ya pagado', 'Déjà payé', 'Già pagato', 'Allerede betalt', 'Já pago', 'Redan betald', '已付款'],
  details: ['{name} details', 'Details zu {name}', 'Detalles de {name}', 'Détails de {name}', 'Dettagli di {name}', 'Detaljer for {name}', 'Detalhes de {name}', 'Detaljer för {name}', '{name} 明細'],
  fees_from_to: ['Fees from {from} to {to}', 'Gebühren vom {from} bis {to}', 'Cargos del {from} al {to}', 'Frais du {from} au {to}', 'Costi dal {from} al {to}', 'Gebyrer fra {from} til {to}', 'Taxas de {from} a {to}', 'Avgifter från {from} till {to}', '{from} 至 {to} 的費用'],
  from_to: ['From {from} to {to}', 'Vom {from} bis {to}', 'Del {from} al {to}', 'Du {from} au {to}', 'Dal {from} al {to}', 'Fra {from} til {to}', 'De {from} a {to}', 'Från {from} till {to}', '{from} 至 {to}'],
  item: ['Item', 'Position', 'Concepto', 'Article', 'Voce', 'Vare', 'Item', 'Artikel', '項目'],
  units: ['Units', 'Einheiten', 'Unidades', 'Unités', 'Unità', 'Enheter', 'Unidades', 'Enheter', '數量'],
  unit_price: ['Unit price', 'Einzelpreis', 'Precio unitario', 'Prix unitaire', 'Prezzo unitario', 'Enhetspris', 'Preço unitário', 'Enhetspris', '單價'],
  tax_rate: ['Tax rate', 'Steuersatz', 'Impuesto', 'Taux de taxe', 'Aliquota', 'Avgiftssats', 'Imposto', 'Skattesats', '稅率'],
  amount: ['Amount', 'Betrag', 'Importe', 'Montant', 'Importo', 'Beløp', 'Valor', 'Belopp', '金額'],
  amount_excl: ['Amount (excl. tax)', 'Betrag (netto)', 'Importe (sin impuestos)', 'Montant (HT)', 'Importo (IVA escl.)', 'Beløp (ekskl. mva)', 'Valor (sem impostos)', 'Belopp (exkl. moms)', '金額（未稅）'],
  weekly: ['Weekly', 'Wöchentlich', 'Semanal', 'Hebdomadaire', 'Settimanale', 'Ukentlig', 'Semanal', 'Veckovis', '每週'],
  monthly: ['Monthly', 'Monatlich', 'Mensual', 'Mensuel', 'Mensile', 'Månedlig', 'Mensal', 'Månadsvis', '每月'],
  quarterly: ['Quarterly', 'Vierteljährlich', 'Trimestral', 'Trimestriel', 'Trimestrale', 'Kvartalsvis', 'Trimestral', 'Kvartalsvis', '每季'],
  semiannual: ['Semiannual', 'Halbjährlich', 'Semestral', 'Semestriel', 'Semestrale', 'Halvårlig', 'Semestral', 'Halvårsvis', '每半年'],
  yearly: ['Yearly', 'Jährlich', 'Anual', 'Annuel', 'Annuale', 'Årlig', 'Anual', 'Årlig', '每年'],
  subscription_fee: ['{interval} subscription - {plan}', '{interval}es Abonnement - {plan}', 'Suscripción {interval} - {plan}', 'Abonnement {interval} - {plan}', 'Abbonamento {interval} - {plan}', '{interval} abonnement - {plan}', 'Assinatura {interval} - {plan}', '{interval} prenumeration - {plan}', '{interval}訂閱 - {plan}'],
  subscription: ['Subscription - {name}', 'Abonnement - {name}', 'Suscripción - {name}', 'Abonnement - {name}', 'Abbonamento - {name}', 'Abonnement - {name}', 'Assinatura - {name}', 'Prenumeration - {name}', '訂閱 - {name}'],
  total_events: ['Total events: {n}', 'Ereignisse gesamt: {n}', 'Eventos totales: {n}', "Total d'événements : {n}", 'Eventi totali: {n}', 'Hendelser totalt: {n}', 'Total de eventos: {n}', 'Händelser totalt: {n}', '事件總數：{n}'],
  prorated: ['The fee is prorated on days of usage', 'Der Betrag ist anteilig nach Nutzungstagen berechnet', 'El cargo se prorratea por días de uso', "Le montant est calculé au prorata des jours d'utilisation", "L'importo è calcolato in base ai giorni di utilizzo", 'Gebyret er fordelt på bruksdager', 'O valor é proporcional aos dias de uso', 'Avgiften är fördelad på användningsdagar', '費用按使用天數比例計算'],
  weighted: ['Units are prorated per second', 'Einheiten sind anteilig pro Sekunde berechnet', 'Las unidades se prorratean por segundo', 'Les unités sont calculées au prorata par seconde', 'Le unità sono calcolate al secondo', 'Enheter er fordelt per sekund', 'As unidades são proporcionais por segundo', 'Enheter är fördelade per sekund', '數量按秒比例計算'],
  fee_first: ['Fee per unit for the first {to}', 'Gebühr je Einheit für die ersten {to}', 'Tarifa por unidad para las primeras {to}', 'Frais par unité pour les {to} premières', 'Tariffa per unità per le prime {to}', 'Gebyr per enhet for de første {to}', 'Taxa por unidade para as primeiras {to}', 'Avgift per enhet för de första {to}', '前 {to} 單位的單價'],
  fee_next: ['Fee per unit for the next {from} to {to}', 'Gebühr je Einheit für {from} bis {to}', 'Tarifa por unidad de {from} a {to}', 'Frais par unité de {from} à {to}', 'Tariffa per unità da {from} a {to}', 'Gebyr per enhet for {from} til {to}', 'Taxa por unidade de {from} a {to}', 'Avgift per enhet för {from} till {to}', '{from} 至 {to} 單位的單價'],
  fee_above: ['Fee per unit for {from} and above', 'Gebühr je Einheit ab {from}', 'Tarifa por unidad desde {from}', "Frais par unité à partir de {from}", 'Tariffa per unità da {from} in su', 'Gebyr per enhet fra {from}', 'Taxa por unidade a partir de {from}', 'Avgift per enhet från {from}', '{from} 單位以上的單價'],
  flat_first: ['Flat fee for the first {to}', 'Grundgebühr für die ersten {to}', 'Tarifa fija para las primeras {to}', 'Frais fixes pour les {to} premières', 'Tariffa fissa per le prime {to}', 'Fast gebyr for de første {to}', 'Taxa fixa para as primeiras {to}', 'Fast avgift för de första {to}', '前 {to} 單位的固定費用'],
  flat_next: ['Flat fee for the next {from} to {to}', 'Grundgebühr für {from} bis {to}', 'Tarifa fija de {from} a {to}', 'Frais fixes de {from} à {to}', 'Tariffa fissa da {from} a {to}', 'Fast gebyr for {from} til {to}', 'Taxa fixa de {from} a {to}', 'Fast avgift för {from} till {to}', '{from} 至 {to} 單位的固定費用'],
  flat_above: ['Flat fee for {from} and above', 'Grundgebühr ab {from}', 'Tarifa fija desde {from}', 'Frais fixes à partir de {from}', 'Tariffa fissa da {from} in su', 'Fast gebyr fra {from}', 'Taxa fixa a partir de {from}', 'Fast avgift från {from}', '{from} 單位以上的固定費用'],
  fee_per_unit: ['Fee per unit', 'Gebühr je Einheit', 'Tarifa por unidad', 'Frais par unité', 'Tariffa per unità', 'Gebyr per enhet', 'Taxa por unidade', 'Avgift per enhet', '單價'],
  flat_all: ['Flat fee for all units', 'Grundgebühr für alle Einheiten', 'Tarifa fija para todas las unidades', 'Frais fixes pour toutes les unités', 'Tariffa fissa per tutte le unità', 'Fast gebyr for alle enheter', 'Taxa fixa para todas as unidades', 'Fast avgift för alla enheter', '所有單位的固定費用'],
  free_units: ['Free units', 'Freie Einheiten', 'Unidades gratuitas', 'Unités gratuites', 'Unità gratuite', 'Gratis enheter', 'Unidades gratuitas', 'Fria enheter', '免費單位'],
  fee_per_package: ['Fee per package', 'Gebühr je Paket', 'Tarifa por paquete', 'Frais par lot', 'Tariffa per pacchetto', 'Gebyr per pakke', 'Taxa por pacote', 'Avgift per paket', '每套費用'],
  per_package: ['{amount} per {size}', '{amount} je {size}', '{amount} por {size}', '{amount} pour {size}', '{amount} per {size}', '{amount} per {size}', '{amount} por {size}', '{amount} per {size}', '{amount} / {size}'],
  rate_on_amount: ['Rate on the amount', 'Satz auf den Betrag', 'Tasa sobre el importe', 'Taux sur le montant', "Aliquota sull'importo", 'Sats på beløpet', 'Taxa sobre o valor', 'Sats på beloppet', '金額費率'],
  fixed_per_transaction: ['Fixed fee per transaction', 'Feste Gebühr je Transaktion', 'Tarifa fija por transacción', 'Frais fixes par transaction', 'Tariffa fissa per transazione', 'Fast gebyr per transaksjon', 'Taxa fixa por transação', 'Fast avgift per transaktion', '每筆交易固定費用'],
  min_max: ['Adjustment for minimum/maximum per transaction', 'Anpassung an Mindest-/Höchstbetrag je Transaktion', 'Ajuste por mínimo/máximo por transacción', 'Ajustement au minimum/maximum par transaction', 'Adeguamento al minimo/massimo per transazione', 'Justering for minimum/maksimum per transaksjon', 'Ajuste de mínimo/máximo por transação', 'Justering för minimum/maximum per transaktion', '每筆交易最低/最高調整'],
  subtotal: ['Subtotal', 'Zwischensumme', 'Subtotal', 'Sous-total', 'Subtotale', 'Delsum', 'Subtotal', 'Delsumma', '小計'],
  conversion: ['Conversion rate: {unit} = {fiat}', 'Umrechnungskurs: {unit} = {fiat}', 'Tipo de conversión: {unit} = {fiat}', 'Taux de conversion : {unit} = {fiat}', 'Tasso di conversione: {unit} = {fiat}', 'Omregningskurs: {unit} = {fiat}', 'Taxa de conversão: {unit} = {fiat}', 'Omräkningskurs: {unit} = {fiat}', '換算率：{unit} = {fiat}'],
  true_up: ['{name} - True-up', '{name} - Ausgleich', '{name} - Ajuste', '{name} - Ajustement', '{name} - Conguaglio', '{name} - Oppjustering', '{name} - Ajuste', '{name} - Justering', '{name} - 補差額'],
  minimum_spend: ['Minimum spend of {amount}', 'Mindestumsatz von {amount}', 'Gasto mínimo de {amount}', 'Dépense minimale de {amount}', 'Spesa minima di {amount}', 'Minimumsforbruk på {amount}', 'Gasto mínimo de {amount}', 'Minimiförbrukning på {amount}', '最低消費 {amount}'],
  already_billed: ['Usage already billed', 'Bereits berechnete Nutzung', 'Uso ya facturado', 'Consommation déjà facturée', 'Utilizzo già fatturato', 'Bruk allerede fakturert', 'Uso já faturado', 'Redan fakturerad användning', '已計費用量'],
  subtotal_excl: ['Subtotal (excl. tax)', 'Zwischensumme (netto)', 'Subtotal (sin impuestos)', 'Sous-total (HT)', 'Subtotale (IVA escl.)', 'Delsum (ekskl. mva)', 'Subtotal (sem impostos)', 'Delsumma (exkl. moms)', '小計（未稅）'],
  subtotal_incl: ['Subtotal (incl. tax)', 'Zwischensumme (brutto)', 'Subtotal (con impuestos)', 'Sous-total (TTC)', 'Subtotale (IVA incl.)', 'Delsum (inkl. mva)', 'Subtotal (com impostos)', 'Delsumma (inkl. moms)', '小計（含稅）'],
  tax_on: ['{name} ({rate} on {amount})', '{name} ({rate} auf {amount})', '{name} ({rate} sobre {amount})', '{name} ({rate} sur {amount})', '{name} ({rate} su {amount})', '{name} ({rate} av {amount})', '{name} ({rate} sobre {amount})', '{name} ({rate} på {amount})', '{name}（{amount} 的 {rate}）'],
  no_tax: ['Tax (0%)', 'Steuer (0 %)', 'Impuesto (0 %)', 'Taxe (0 %)', 'Imposta (0%)', 'Avgift (0 %)', 'Imposto (0%)', 'Moms (0 %)', '稅額 (0%)'],
  credit_notes: ['Credit notes', 'Gutschriften', 'Notas de crédito', 'Avoirs', 'Note di credito', 'Kreditnotaer', 'Notas de crédito', 'Kreditnotor', '貸項通知單'],
  free_credits: ['Free credits', 'Kostenlose Guthaben', 'Créditos gratuitos', 'Crédits offerts', 'Crediti gratuiti', 'Gratis kreditter', 'Créditos grátis', 'Fria krediter', '免費點數'],
  prepaid_credits: ['Prepaid credits', 'Vorausbezahltes Guthaben', 'Créditos prepagados', 'Crédits prépayés', 'Crediti prepagati', 'Forhåndsbetalte kreditter', 'Créditos pré-pagos', 'Förbetalda krediter', '預付點數'],
  total: ['Total', 'Gesamtbetrag', 'Total', 'Total', 'Totale', 'Totalt', 'Total', 'Totalt', '總計'],
  coupons: ['Coupons', 'Gutscheine', 'Cupones', 'Coupons', 'Coupon', 'Kuponger', 'Cupons', 'Kuponger', '優惠券'],
  credited: ['Credited on customer balance', 'Dem Kundenguthaben gutgeschrieben', 'Abonado al saldo del cliente', 'Crédité sur le solde client', 'Accreditato sul saldo del cliente', 'Kreditert kundens saldo', 'Creditado no saldo do cliente', 'Krediterat kundens saldo', '已記入客戶餘額'],
  refunded: ['Refunded', 'Erstattet', 'Reembolsado', 'Remboursé', 'Rimborsato', 'Refundert', 'Reembolsado', 'Återbetald', '已退款'],
  offset: ['Offset on invoice', 'Mit Rechnung verrechnet', 'Compensado en factura', 'Imputé sur la facture', 'Compensato in fattura', 'Motregnet på faktura', 'Compensado na fatura', 'Kvittat mot faktura', '抵銷發票'],
  reverse_charge: ['Reverse charge', 'Steuerschuldnerschaft des Leistungsempfängers', 'Inversión del sujeto pasivo', 'Autoliquidation', 'Inversione contabile', 'Omvendt avgiftsplikt', 'Autoliquidação', 'Omvänd betalningsskyldighet', '反向課稅'],
  lifetime_reached: ['This invoice was issued because the lifetime usage reached {usage} and passed the threshold of {threshold}.', 'Diese Rechnung wurde erstellt, weil die Gesamtnutzung {usage} erreicht und die Schwelle von {threshold} überschritten hat.', 'Esta factura se emitió porque el uso acumulado alcanzó {usage} y superó el umbral de {threshold}.', "Cette facture a été émise car la consommation cumulée a atteint {usage} et dépassé le seuil de {threshold}.", "Questa fattura è stata emessa perché l'utilizzo complessivo ha raggiunto {usage} e superato la soglia di {threshold}.", 'Denne fakturaen ble utstedt fordi samlet bruk nådde {usage} og passerte grensen på {threshold}.', 'Esta fatura foi emitida porque o uso acumulado atingiu {usage} e ultrapassou o limite de {threshold}.', 'Denna faktura utfärdades eftersom den totala användningen nådde {usage} och passerade gränsen på {threshold}.', '累計用量已達 {usage}，超過 {threshold} 門檻，故開立本發票。'],
  page: ['Page {n} of {total}', 'Seite {n} von {total}', 'Página {n} de {total}', 'Page {n} sur {total}', 'Pagina {n} di {total}', 'Side {n} av {total}', 'Página {n} de {total}', 'Sida {n} av {total}', '第 {n} 頁，共 {total} 頁'],
} as const

export type Phrase = keyof typeof PHRASES
export type Say = (phrase: Phrase, filled?: Readonly<Record<string, string | number>>) => string

/** Says phrases in a language. */
export function speaker(locale: Locale): Say {
  const place = LOCALES.indexOf(locale)
  return (phrase, filled = {}) => {
    const said = PHRASES[phrase][place] ?? PHRASES[phrase][0]
    return said.replace(/\{(\w+)\}/g, (_, name: string) => String(filled[name] ?? ''))
  }
}
