const NAMESPACE = 'urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#'
const PROPERTIES = [
  ['DocumentFileName', 'The name of the embedded XML document'],
  ['DocumentType', 'The type of the hybrid document in capital letters, e.g. INVOICE or ORDER'],
  ['Version', 'The actual version of the standard applying to the embedded XML document'],
  ['ConformanceLevel', 'The conformance level of the embedded XML document'],
] as const

/** What Factur-X says of the document, and the schema of that, which PDF/A asks for. */
const DESCRIPTION = `<rdf:Description rdf:about="" xmlns:fx="${NAMESPACE}"><fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>factur-x.xml</fx:DocumentFileName><fx:Version>1.0</fx:Version><fx:ConformanceLevel>EN 16931</fx:ConformanceLevel></rdf:Description>`
const SCHEMA = `<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema><pdfaSchema:namespaceURI>${NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>${PROPERTIES.map(([name, description]) => `<rdf:li rdf:parseType="Resource"><pdfaProperty:name>${name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category><pdfaProperty:description>${description}</pdfaProperty:description></rdf:li>`).join('')}</rdf:Seq></pdfaSchema:property></rdf:li>`

/**
 * Says in the metadata of a PDF/A that `factur-x.xml`, which is attached to it, is the invoice. The typesetter writes the
 * metadata uncompressed and has no way to add to them: what follows them in the file moves, and so do the places that the
 * table at its end gives. A file that is not built like that is left as it is.
 */
export function declareFacturX(pdf: Buffer): Buffer {
  const file = pdf.toString('latin1')
  const metadata = /\/Length (\d+)(?=[^>]*\/Type \/Metadata)[^>]*>>\s*stream\r?\n/.exec(file)
  const table = /xref\n0 \d+\n((?:\d{10} \d{5} [nf][ \r]?\n)+)trailer[\s\S]*?startxref\n(\d+)\n/.exec(file)
  if (metadata === null || table === null) return pdf
  const start = metadata.index + metadata[0].length
  const length = Number(metadata[1])
  const said = file.slice(start, start + length)
  const saying = said
    .replace('<pdfaExtension:schemas><rdf:Bag>', found => `${found}${SCHEMA}`)
    .replace('</rdf:RDF>', found => `${DESCRIPTION}${found}`)
  const head = file.slice(0, start).replace(metadata[0], found => found.replace(/\d+/, String(saying.length)))
  const moved = head.length + saying.length - start - length
  const place = (at: string) => (Number(at) > metadata.index ? Number(at) + moved : Number(at))
  const tail = file
    .slice(table.index)
    .replace(/^(\d{10})( \d{5} n)/gm, (_, at: string, kind: string) => `${String(place(at)).padStart(10, '0')}${kind}`)
    .replace(/startxref\n(\d+)/, (_, at: string) => `startxref\n${place(at)}`)
  return Buffer.from(head + saying + file.slice(start + length, table.index) + tail, 'latin1')
}
