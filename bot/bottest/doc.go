// Package bottest holds what every channel must pass: [Channel] runs whole
// conversations through the real rules, stores and adapter, with the platform
// played on the wire by a package of its own (telegramtest). It also holds the
// scripts that tests and load runs talk through, and the [Knife] that cuts the
// program at any operation.
package bottest
