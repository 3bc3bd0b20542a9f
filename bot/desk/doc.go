// Package desk is what supervisors may do with a case, in the group they already
// use: they answer its card with a word. Every answer is one line below the card.
//
//	take ──▶ ask ⇄ the reporter, who reads and answers behind the receipt
//	  │
//	  ├────▶ identity, original: to the officer alone, with a reason, recorded
//	  └────▶ close ──▶ the way back to the reporter is dropped
//
// Who speaks in the group of an intake is one of its supervisors; who took a case
// is its officer. What is sealed goes to the officer only, in a private chat, and
// is recorded before it is sent.
package desk
