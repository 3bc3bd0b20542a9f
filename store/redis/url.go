package redis

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// The forms of a URL, for messages and help texts.
const Forms = "redis://[user:password@]host[:port][/db], rediss:// for TLS, " +
	"redis+sentinel://host[:port],host[:port]?master=name or redis+cluster://host[:port],host[:port]"

// CheckURL says what is wrong with a URL, without connecting.
func CheckURL(raw string) error {
	_, err := parse(raw)
	return err
}

// parse turns a URL into options. What it says about a bad one never repeats
// the URL, which holds the password.
//
// Query: db, and for Sentinel master (required), sentinel_username and
// sentinel_password. It is taken apart by hand: net/url knows no list of hosts.
func parse(raw string) (*goredis.UniversalOptions, error) {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return nil, errors.New("Redis URL: it must look like " + Forms)
	}
	o := defaults()
	secure, kind := false, ""
	switch base, k, _ := strings.Cut(strings.ToLower(scheme), "+"); base {
	case "rediss":
		secure, kind = true, k
	case "redis":
		kind = k
	default:
		kind = "?"
	}
	if kind != "" && kind != "sentinel" && kind != "cluster" {
		return nil, errors.New("Redis URL: unknown scheme; it must look like " + Forms)
	}
	rest, query, _ := strings.Cut(rest, "?")
	hosts := rest
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		var err error
		if o.Username, o.Password, err = credentials(rest[:at]); err != nil {
			return nil, err
		}
		hosts = rest[at+1:]
	}
	hosts, db, _ := strings.Cut(hosts, "/")

	port := "6379"
	if kind == "sentinel" {
		port = "26379"
	}
	for host := range strings.SplitSeq(hosts, ",") {
		addr, err := address(host, port)
		if err != nil {
			return nil, err
		}
		o.Addrs = append(o.Addrs, addr)
	}
	if secure {
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if err := options(o, db, query); err != nil {
		return nil, err
	}
	switch {
	case kind == "sentinel" && o.MasterName == "":
		return nil, errors.New("Redis URL: Sentinel needs ?master=name")
	case kind != "sentinel" && (o.MasterName != "" || o.SentinelUsername != "" || o.SentinelPassword != ""):
		return nil, errors.New("Redis URL: master and sentinel_… are for redis+sentinel://")
	case kind == "" && len(o.Addrs) > 1:
		return nil, errors.New("Redis URL: several hosts need redis+sentinel:// or redis+cluster://")
	case kind == "cluster" && o.DB != 0:
		return nil, errors.New("Redis URL: a cluster has only database 0")
	}
	o.IsClusterMode = kind == "cluster"
	return o, nil
}

// defaults suit a small machine and let a dead server show within seconds.
func defaults() *goredis.UniversalOptions {
	return &goredis.UniversalOptions{
		DialTimeout: time.Second, DialerRetries: 1,
		ReadTimeout: 2 * time.Second, WriteTimeout: 2 * time.Second,
		ContextTimeoutEnabled: true,
		MaxRetries:            1, MinRetryBackoff: 10 * time.Millisecond, MaxRetryBackoff: 50 * time.Millisecond,
		PoolSize: 24, PoolTimeout: 2 * time.Second, ConnMaxIdleTime: 5 * time.Minute,
		PipelinePoolSize: -1,                                // one small pipeline at a time needs no pool of its own
		ReadBufferSize:   2 << 10, WriteBufferSize: 4 << 10, // sessions go, and "1" comes back
		// Nothing of RESP3 is used, and looking for its notifications costs at
		// every command.
		Protocol:                 2,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}

func credentials(s string) (user, password string, err error) {
	user, password, _ = strings.Cut(s, ":")
	user, errU := url.PathUnescape(user)
	password, errP := url.PathUnescape(password)
	if errU != nil || errP != nil {
		return "", "", errors.New("Redis URL: user or password has a wrong %-escape")
	}
	return user, password, nil
}

// address adds the port when there is none.
func address(host, port string) (string, error) {
	h, p, err := net.SplitHostPort(host)
	if err != nil { // no port
		h, p = strings.Trim(host, "[]"), port
	}
	if n, err := strconv.Atoi(p); h == "" || err != nil || n < 1 || n > 65535 || strings.ContainsAny(h, "@ \t") {
		return "", errors.New("Redis URL: a host is missing or its port is not a number from 1 to 65535")
	}
	return net.JoinHostPort(h, p), nil
}

func options(o *goredis.UniversalOptions, db, query string) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return errors.New("Redis URL: what follows ? is not key=value&key=value")
	}
	for key, value := range values {
		switch key {
		case "db":
			if db != "" {
				return errors.New("Redis URL: the database is given twice")
			}
			db = value[0]
		case "master":
			o.MasterName = value[0]
		case "sentinel_username":
			o.SentinelUsername = value[0]
		case "sentinel_password":
			o.SentinelPassword = value[0]
		default:
			return fmt.Errorf("Redis URL: unknown option %q", key)
		}
	}
	if db == "" {
		return nil
	}
	if o.DB, err = strconv.Atoi(db); err != nil || o.DB < 0 {
		return errors.New("Redis URL: the database must be a number")
	}
	return nil
}
