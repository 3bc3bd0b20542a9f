package redis

import (
	"context"
	"fmt"
	"sync/atomic"

	goredis "github.com/redis/go-redis/v9"
)

// scanned is how many keys of a server Count looks at.
const scanned = 10_000

// Count implements store.Sessions. Redis may hold keys of others, so it looks
// at the first ten thousand of each server and takes the rest to be like them.
func (s *Sessions) Count(ctx context.Context) (int, error) {
	var total atomic.Int64
	count := func(ctx context.Context, c *goredis.Client) error {
		n, err := countOn(ctx, c)
		total.Add(n)
		return err
	}
	var err error
	switch c := s.client.(type) {
	case *goredis.ClusterClient:
		err = c.ForEachMaster(ctx, count)
	case *goredis.Client:
		err = count(ctx, c)
	default:
		err = fmt.Errorf("unknown kind of client %T", c)
	}
	if err != nil {
		return 0, fmt.Errorf("count sessions: %w", err)
	}
	return int(total.Load()), nil
}

func countOn(ctx context.Context, c *goredis.Client) (int64, error) {
	all, err := c.DBSize(ctx).Result()
	if err != nil {
		return 0, err
	}
	var ours, cursor uint64
	for looked := 0; looked < scanned; looked += 1000 {
		var keys []string
		if keys, cursor, err = c.Scan(ctx, cursor, prefix+"*", 1000).Result(); err != nil {
			return 0, err
		}
		ours += uint64(len(keys))
		if cursor == 0 {
			return int64(ours), nil
		}
	}
	return min(all, int64(ours)*all/scanned), nil
}
