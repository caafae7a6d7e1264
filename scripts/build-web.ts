/** Builds the files of the Connect page without starting a server, for an image. */
import { ensureWebBuilt } from '../src/bootstrap/build-web.ts'

await ensureWebBuilt()
