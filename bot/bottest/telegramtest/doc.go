// Package telegramtest is a Telegram Bot API server inside the process, as
// net/http/httptest is a web server: for tests, demonstrations and load runs of
// a bot. It speaks the wire and nothing else, so any client can be tested.
//
// People and groups are values that a test moves: they write, press buttons,
// block the bot, and see what Telegram would show them.
//
// The server is as strict as Telegram, with Telegram's descriptions where they
// are known, and stricter where Telegram is silent: unknown parameters and
// values of a wrong type are refused. A refusal is one of two kinds. A request
// that is wrong whatever the state of the chats is a violation and stays in
// Violations, since a bot should never make one. One that fails because of what
// people did, of limits, or of injected faults is a condition that a bot must
// live with; those are only counted, in Conditions.
//
// Everything stays on the machine: the server listens on a loopback address,
// hangs up on others, calls webhooks on loopback addresses only and fetches no
// file from a URL.
package telegramtest
