/** Must fail: a setting that nobody checks or documents. */
export const port = process.env['PORT']
