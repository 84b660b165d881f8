/** What a drawing is made of. There is no `use` (few of them can stand for millions), no text, no picture from elsewhere, no style, no script. */
const ELEMENTS = new Set(
  'svg g defs title desc path circle ellipse rect line polyline polygon linearGradient radialGradient stop clipPath mask'.split(' '),
)
const ATTRIBUTES = new Set(
  `xmlns xmlns:xlink version id viewBox preserveAspectRatio width height x y x1 y1 x2 y2 cx cy r rx ry fx fy d points transform color
  fill fill-rule fill-opacity stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset
  stroke-opacity opacity clip-path clip-rule clipPathUnits mask maskUnits maskContentUnits offset stop-color stop-opacity gradientUnits
  gradientTransform spreadMethod href xlink:href display visibility role aria-hidden xml:space`.split(/\s+/),
)
const NAMESPACES: Readonly<Record<string, string>> = { xmlns: 'http://www.w3.org/2000/svg', 'xmlns:xlink': 'http://www.w3.org/1999/xlink' }
const LARGEST = 64 * 1024
const DEEPEST = 32

const TAG = /<(\/?)([A-Za-z][\w:.-]*)((?:\s+[A-Za-z_][\w:.-]*\s*=\s*(?:"[^"<&]*"|'[^'<&]*'))*)\s*(\/?)>/y
const ATTRIBUTE = /([A-Za-z_][\w:.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/** What is wrong with a drawing that we are to serve, as the end of a sentence that begins with its name; null where nothing is. */
export function findSvgProblem(text: string): string | null {
  if (text.length > LARGEST) return `is larger than ${LARGEST / 1024} KiB`
  const svg = withoutRemarks(text)
  if (/<[!?]/.test(svg)) return 'has a document type, an instruction or a CDATA section: take it away'
  const open: string[] = []
  let at = 0
  for (let tags = 0; ; tags++) {
    const next = svg.indexOf('<', at)
    if (next < 0) break
    if (/&(?!(amp|lt|gt|quot|apos);)/.test(svg.slice(at, next))) return 'has an entity of its own: write the sign itself'
    if (tags > 0 && open.length === 0) return 'has something behind its end'
    TAG.lastIndex = next
    const tag = TAG.exec(svg)
    if (!tag) return 'is not well-formed XML, or has an entity in an attribute'
    const [, closes, name, attributes, empty] = tag as unknown as [string, string, string, string, string]
    const problem = closes ? closeTag(open, name) : openTag(open, name, attributes, empty === '/')
    if (problem) return problem
    at = TAG.lastIndex
  }
  return at === 0 || open.length > 0 ? 'is not well-formed XML' : null
}

/** Without the declaration in front and without remarks. */
export function withoutRemarks(text: string): string {
  return text
    .replace(/^\uFEFF?\s*<\?xml\s[^?<>]*\?>/, '')
    .replaceAll(/<!--(?:(?!--)[\s\S])*-->/g, '')
    .trim()
}

function closeTag(open: string[], name: string): string | null {
  return open.pop() === name ? null : 'is not well-formed XML'
}

function openTag(open: string[], name: string, attributes: string, empty: boolean): string | null {
  if (!ELEMENTS.has(name)) return `has an element ${name}, and may be made of ${[...ELEMENTS].join(', ')} only`
  const isRoot = open.length === 0
  if (isRoot !== (name === 'svg')) return 'must be one svg element'
  if (open.length >= DEEPEST) return `is more than ${DEEPEST} levels deep`
  const seen = new Map<string, string>()
  for (const [, attribute, double, single] of attributes.matchAll(ATTRIBUTE)) {
    const problem = seen.has(attribute!) ? 'is not well-formed XML' : findAttributeProblem(attribute!, double ?? single ?? '')
    if (problem) return problem
    seen.set(attribute!, double ?? single ?? '')
  }
  if (isRoot && !(seen.has('xmlns') && seen.has('viewBox'))) return 'needs xmlns and viewBox on its svg element'
  if (!empty) open.push(name)
  return null
}

/** References lead to the drawing itself and nowhere else. */
function findAttributeProblem(name: string, value: string): string | null {
  if (!ATTRIBUTES.has(name)) return `has an attribute ${name}, which is not allowed: write colours and widths as fill, stroke and the like`
  if (NAMESPACES[name] !== undefined && value !== NAMESPACES[name]) return `has another ${name} than SVG has`
  const own = /^#[\w-]{1,64}$/
  if ((name === 'href' || name === 'xlink:href') && !own.test(value)) return `has an ${name} that leads out of it`
  const urls = value.match(/url\s*\(/gi)?.length ?? 0
  const ours = value.match(/url\(#[\w-]{1,64}\)/g)?.length ?? 0
  if (urls !== ours || /\\|javascript|expression/i.test(value)) return `has a value of ${name} that leads out of it`
  return null
}
