// Package packet makes what a supervisor takes along of a case: a form as PDF and
// as plain text, and files, in ZIP archives with their checksums. It knows nothing
// of cases and says no words of its own.
package packet
