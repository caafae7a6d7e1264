/** Owns drawing an address as a QR code (ISO/IEC 18004): one path, dark on light by day and by night, because scanners ask for it. */
import { encode } from 'uqr'
import { html, type Html } from '../platform/html.ts'

/** Modules of light around it: what the standard asks for. */
const QUIET_ZONE = 4

export function qrCode(address: string, label: string): Html {
  const { data, size } = encode(address, { ecc: 'M', border: QUIET_ZONE })
  const path = data
    .flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join('')
  return html`<svg
    class="qr"
    viewBox="0 0 ${size} ${size}"
    role="img"
    aria-label="${label}"
    shape-rendering="crispEdges"
  >
    <rect width="${size}" height="${size}" fill="#fff"></rect>
    <path d="${path}" fill="#000"></path>
  </svg>`
}
