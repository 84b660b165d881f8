/** Text that may stand in a page as it is. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Piece = string | number | Markup | null | readonly Piece[]

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Writes markup; every value in it is escaped unless it is markup itself. Null writes nothing. */
export function html(strings: TemplateStringsArray, ...values: Piece[]): Markup {
  let text = strings[0]!
  for (const [index, value] of values.entries()) text += write(value) + strings[index + 1]!
  return new Markup(text)
}

function write(piece: Piece): string {
  if (piece === null) return ''
  if (piece instanceof Markup) return piece.text
  if (typeof piece === 'object') return piece.map(write).join('')
  return String(piece).replace(/[&<>"']/g, (character) => ENTITIES[character]!)
}
