/** Letters of other alphabets that are drawn like Latin ones. A part of UTS #39 that names are really made of. */
const TWINS: ReadonlyMap<string, string> = new Map(
  [...'аa еe оo рp сc уy хx іi јj ѕs ԁd һh ԛq ԝw ӏl вb кk мm нh тt αa οo ρp νv ικ υu χx ηn τt κk ιi εe βb օo սu ոn հh'.split(' ')]
    .filter((pair) => pair.length === 2)
    .map((pair) => [pair[0]!, pair[1]!] as const),
)
const LATIN = /\p{Script=Latin}/u
const OTHERS = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u
/** Letters of a name that is too short to be taken for another. */
const SHORTEST = 3

/** Whether a name is made to look like another: of two alphabets in one word, or like the product's own. */
export function isAlike(name: string, product: string): boolean {
  if (name.split(/[\s\p{P}\p{S}]+/u).some((word) => LATIN.test(word) && OTHERS.test(word))) return true
  const own = skeleton(product)
  return own.length >= SHORTEST && skeleton(name).includes(own)
}

/** What is left of a name for the eye: no case, no accents, no signs between letters. As in UTS #39 §4. */
function skeleton(name: string): string {
  const letters = [...name.normalize('NFKD').toLowerCase()].filter((sign) => /[\p{L}\p{N}]/u.test(sign))
  const latin = letters.map((letter) => TWINS.get(letter) ?? letter).join('')
  return latin.replaceAll('0', 'o').replaceAll(/[1i|]/g, 'l').replaceAll('rn', 'm').replaceAll('vv', 'w')
}
