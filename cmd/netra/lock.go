package main

import "errors"

// errServing says that a process has the data folder's lock.
var errServing = errors.New("another netra serves from this data folder; stop it first, or choose another NETRA_DATA")
