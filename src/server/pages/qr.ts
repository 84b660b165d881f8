import { type Html, html } from './html.ts'

/** White around the dots, in dots, as ISO/IEC 18004 asks for. */
const QUIET = 4

/** A text as a picture for cameras, drawn into the page: dark on white in every scheme, or a camera would not read it. */
export async function qrCode(text: string, label: string): Promise<Html> {
  const { default: qrcode } = await import('qrcode-generator')
  const code = qrcode(0, 'M')
  code.addData(text, 'Byte')
  code.make()
  const dots = code.getModuleCount()
  const size = dots + 2 * QUIET
  let path = ''
  for (let row = 0; row < dots; row++) {
    for (let column = 0; column < dots; column++) if (code.isDark(row, column)) path += `M${column + QUIET} ${row + QUIET}h1v1h-1z`
  }
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="${label}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path fill="#000" d="${path}"/></svg>`
}
