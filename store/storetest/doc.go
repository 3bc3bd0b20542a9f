// Package storetest is the promises of package store as tests: every backend
// passes the suite of each interface it implements, on a real server or a real
// file. A new backend starts from a failing suite.
//
// It also has what such tests need: a redis-server of their own, a search for
// words that must not stand in clear anywhere, and the CPU an operation costs.
package storetest
