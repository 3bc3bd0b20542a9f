// Package bot carries messages between channels, rules and store.
//
// The way of one message, and what a crash between two steps leads to:
//
//	receive ─▶ queue ─▶ load ─▶ fetch ─▶ advance ─▶ open ─▶ save ─▶ reply ─▶ acknowledge
//	           (lane)  session   file     (pure)     case   session           upstream
//
// Everything before "acknowledge" is repeated when the message is delivered
// again, and everything is safe to repeat: keeping the same file gives the same
// file, opening the same case changes nothing, a session remembers which
// messages it has seen, and the reply is rendered from the saved session.
//
// # Acknowledging
//
// Telegram's getUpdates acknowledges everything below its offset at once, and
// gives at most 100 updates above it. Holding the offset at the lowest
// unfinished update would therefore let one slow turn (a 20 MB video, a chat
// that is told to wait) stop everybody after a hundred messages. Acknowledging
// early would lose what is in flight in a crash. So [Queue.Accept] waits a
// moment for the batch; what is not finished then is written, sealed and
// synced, to the inbox, and only after that is the batch acknowledged. When
// turns are quick nothing is written; when they are slow one transaction covers
// the batch. What the inbox holds is worked on again after a restart. A webhook
// takes the same way: it answers 200 when Accept returns.
package bot
