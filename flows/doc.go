// Package flows is the vocabulary and the rules of reporting: what a report
// is, which question comes next, what an answer may look like, and what the
// reporter is told.
//
// It does no I/O and reads no clock and no randomness: everything it knows
// arrives in a [Session] and an [Input]. Advance turns these into the next
// Session; View says what the reporter is shown in that Session. A message
// that is delivered twice therefore gets the same reply twice and changes
// nothing.
//
//	             choose a flow             last step answered, "send"
//	┌──────┐ ───────────────────▶ ┌────────┐ ───────────────▶ ┌──────┐
//	│ menu │                      │ asking │                  │ sent │
//	└──────┘ ◀─────────────────── └────────┘                  └──────┘
//	    ▲     cancel, decline, stop                               │
//	    └─────────────────────────────────────────────────────────┘
//	                      anything else is said
//
// An [Aside] (cancel? language? resume? change what?) lies over any of these and
// leaves it as it was.
package flows
