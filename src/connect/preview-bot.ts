/** Owns recognising the programs that fetch a link to show a card of it in a chat. */

/** As they name themselves; none of these names stands in what a person's browser says of itself. */
const BOTS =
  /\b(?:Slackbot|Slack-ImgProxy|Twitterbot|facebookexternalhit|Facebot|meta-externalagent|WhatsApp|Discordbot|TelegramBot|LinkedInBot|SkypeUriPreview|MicrosoftPreview|BingPreview|bingbot|Googlebot|Google-PageRenderer|Applebot|redditbot|Pinterestbot|vkShare|Iframely|Embedly|Linespider|kakaotalk-scrap|Mattermost-Bot|Mastodon)\b/i

export const isPreviewBot = (userAgent: string | undefined): boolean =>
  userAgent !== undefined && BOTS.test(userAgent)
