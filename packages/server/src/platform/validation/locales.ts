/** The languages that documents can be written in. */
export const DOCUMENT_LOCALES: readonly string[] = ['en', 'fr', 'nb', 'de', 'it', 'es', 'sv', 'pt-BR', 'zh-TW']

export function isDocumentLocale(locale: string): boolean {
  return DOCUMENT_LOCALES.includes(locale)
}
