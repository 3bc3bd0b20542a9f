package redis

import (
	"strings"
	"testing"

	"github.com/netralitas/netra/store"
)

func TestParse(t *testing.T) {
	for url, want := range map[string]string{
		"redis://localhost":                 "localhost:6379 db0",
		"redis://localhost/":                "localhost:6379 db0",
		"redis://10.0.0.1:7000/3":           "10.0.0.1:7000 db3",
		"redis://10.0.0.1:7000?db=3":        "10.0.0.1:7000 db3",
		"redis://:p%40ss@h":                 "h:6379 db0 :p@ss",
		"redis://me:a:b@h":                  "h:6379 db0 me:a:b",
		"redis://[::1]:7000":                "[::1]:7000 db0",
		"redis://[::1]":                     "[::1]:6379 db0",
		"REDISS://h":                        "h:6379 db0 tls",
		"redis+sentinel://a,b:1/2?master=m": "a:26379 b:1 db2 master=m",
		"rediss+sentinel://u:p@a?master=m&sentinel_username=x&sentinel_password=y": "a:26379 db0 u:p tls master=m sentinel=x:y",
		"redis+cluster://a:1,b:2": "a:1 b:2 db0 cluster",
		"rediss+cluster://a":      "a:6379 db0 tls cluster",
	} {
		o, err := parse(url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		got := strings.Join(o.Addrs, " ") + " db" + string(rune('0'+o.DB))
		if o.Username+o.Password != "" {
			got += " " + o.Username + ":" + o.Password
		}
		if o.TLSConfig != nil {
			got += " tls"
		}
		if o.MasterName != "" {
			got += " master=" + o.MasterName
		}
		if o.SentinelUsername != "" {
			got += " sentinel=" + o.SentinelUsername + ":" + o.SentinelPassword
		}
		if o.IsClusterMode {
			got += " cluster"
		}
		if got != want {
			t.Errorf("%s is %q, want %q", url, got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, url := range []string{
		"", "localhost:6379", "http://u:sandi@h", "redis+foo://u:sandi@h", "redis://u:sandi@",
		"redis://u:sandi@h:port", "redis://u:sandi@h:70000", "redis://u:sandi%zz@h", "redis://u:sandi@h/x",
		"redis://u:sandi@h/-1", "redis://u:sandi@a,b", "redis://u:sandi@h?sandi=%zz", "redis://u:sandi@h?colour=blue",
		"redis+sentinel://u:sandi@h", "redis://u:sandi@h?master=m", "redis+cluster://u:sandi@h/1",
		"redis://u:sandi@h/1?db=2", "redis://u:sandi@@h/0 1",
	} {
		_, err := Open(url, &store.Keys{}, Options{})
		if err == nil {
			t.Errorf("%q is taken", url)
		} else if strings.Contains(err.Error(), "sandi") {
			t.Errorf("%q: the error repeats the password: %v", url, err)
		}
	}
}
