/** Owns the name this server gives itself in requests; several upstreams refuse requests without one. */

export const USER_AGENT = 'Headgate'
