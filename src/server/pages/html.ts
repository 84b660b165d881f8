/** Markup that is safe to send. */
class SafeHtml {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Only `html` makes it: the class is not exported, so nothing unescaped can slip in. */
export type Html = SafeHtml

/** What may stand in a template: text is escaped, nothing is left out, lists follow one another. */
export type HtmlValue = string | number | Html | readonly Html[] | null | undefined | false

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const SIGNS = new Map(Object.entries(ENTITIES).map(([sign, entity]) => [entity, sign]))

/** Makes markup. Attributes stand in double quotes; a value never becomes a tag, an attribute's name or a bare attribute. */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  let text = strings[0]!
  for (let i = 0; i < values.length; i++) text += show(values[i]) + strings[i + 1]!
  return new SafeHtml(text)
}

function show(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return ''
  if (value instanceof SafeHtml) return value.text
  if (typeof value === 'object') return value.map((part) => part.text).join('')
  return String(value).replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign]!)
}

/** What a person reads of it: without its tags, and with the signs that stand for themselves. */
export function plain(value: Html | string): string {
  if (typeof value === 'string') return value
  return value.text.replaceAll(/<[^>]*>/g, '').replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => SIGNS.get(entity)!)
}
