// Package whatsapp speaks to reporters and to supervisors' groups on WhatsApp,
// through one linked device of one account (whatsmeow).
//
// A message is acknowledged when the queue has it finished or durable: what a
// crash or a fault leaves comes again when the connection is made anew. Ids of
// what we send are derived from what we answer, so a reply that is sent twice
// is one message on the reporter's phone.
//
// Reporters are known by their LID, the address WhatsApp gives out instead of
// the phone number. What whatsmeow keeps of them, phone numbers among it,
// stands in the encrypted database and goes with Forget.
//
// The states of a connection:
//
//	down → Connect → up → cut → (whatsmeow reconnects) → up
//	up → unlinked, banned, outdated, replaced: ended; Receive returns why
package whatsapp
