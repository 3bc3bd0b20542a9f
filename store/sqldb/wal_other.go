//go:build !linux

package sqldb

import (
	"sync"

	"github.com/ncruces/go-sqlite3/vfs"
)

var logs sync.RWMutex

// lock locks all logs against other connections of this process. Other
// processes are not kept out: use the database from one at a time.
func lock(_ vfs.File, exclusive bool, _, _ int64) (unlock func(), err error) {
	if exclusive {
		logs.Lock()
		return logs.Unlock, nil
	}
	logs.RLock()
	return logs.RUnlock, nil
}
