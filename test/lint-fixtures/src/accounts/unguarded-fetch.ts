/** Must fail: a request that passes by the egress guard. */
export const ask = async (url: string) => fetch(url)
