// Package telegram speaks Telegram's Bot API for [bot.Bot]: private chats with
// reporters, and the supervisors' groups.
//
// It uses telegram-bot-api/v5 for parameters, uploads and errors only. The
// polling loop is our own, because the library's moves the offset before an
// update is handled and so loses it in a crash. Calls are our own, because the
// library knows no context and puts the bot token into every network error; to
// a Bot API server of one's own they do without net/http, see wire.
//
// # A tidy chat in two calls a step
//
// The answer to a pressed button is an edit: the question's message becomes
// "✓ what was understood" and the next question. The answer to words is a new
// message, and the old question loses its buttons at the same time. Either way
// there are two calls, which go out together; no button but those of the last
// message can be pressed; and saying the same again (after a crash, a cut
// connection, a second delivery) changes nothing when it is an edit.
//
// # Pace
//
// Telegram allows about 30 messages a second overall, one a second in a chat
// and 20 a minute in a group (https://core.telegram.org/bots/faq, "My bot is
// hitting limits"). Windows slide over the time of the answers, so that what we
// count is never less than what Telegram counts. Replies to reporters go before
// deliveries. See [Limits].
package telegram
