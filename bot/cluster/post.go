package cluster

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var address = regexp.MustCompile(`(?i)\b(?:https?://|www\.)[^\s<>"']+|\b(?:[a-z0-9-]+\.)*(?:facebook|instagram|tiktok|youtube|twitter|threads|x)\.(?:com|net)/[^\s<>"']+|\b(?:youtu\.be|fb\.watch|vt\.tiktok\.com|vm\.tiktok\.com)/[^\s<>"']+`)

// sameHost are hosts that show the same pages.
var sameHost = map[string]string{
	"m.facebook.com": "facebook.com", "web.facebook.com": "facebook.com", "mbasic.facebook.com": "facebook.com", "id-id.facebook.com": "facebook.com", "fb.com": "facebook.com",
	"m.youtube.com": "youtube.com", "music.youtube.com": "youtube.com", "twitter.com": "x.com", "mobile.twitter.com": "x.com", "mobile.x.com": "x.com",
	"m.tiktok.com": "tiktok.com", "vm.tiktok.com": "vt.tiktok.com", "threads.net": "threads.com",
}

// telling are the parts of a query that say which page it is; the others say who
// passed the link on.
var telling = []string{"v", "id", "fbid", "story_fbid", "p", "article", "list"}

// Posts are the pages of one post, film or article that a text names, each in the
// one form that all its links have. Links to people and to front pages are left
// out: many events are told there.
func Posts(text string) (posts []string) {
	for _, raw := range address.FindAllString(text, -1) {
		if p, ok := canonical(strings.TrimRight(raw, ".,;:!?)]}»”’")); ok && !slices.Contains(posts, p) {
			posts = append(posts, p)
		}
	}
	return posts
}

func canonical(raw string) (string, bool) {
	if !strings.Contains(raw, "://") {
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "", false
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	if same, ok := sameHost[host]; ok {
		host = same
	}
	parts := strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' })
	q := u.Query()
	switch host {
	case "youtu.be":
		if len(parts) == 1 {
			host, parts, q = "youtube.com", []string{"watch"}, url.Values{"v": parts}
		}
	case "youtube.com":
		if len(parts) == 2 && (parts[0] == "shorts" || parts[0] == "live" || parts[0] == "embed") {
			q, parts = url.Values{"v": parts[1:]}, []string{"watch"}
		}
		q.Del("list") // the film is the same in every list
	case "instagram.com": // instagram.com/name/p/CODE is instagram.com/p/CODE
		if i := slices.IndexFunc(parts, func(s string) bool { return s == "p" || s == "reel" || s == "reels" || s == "tv" }); i >= 0 && i+1 < len(parts) {
			parts = []string{"p", parts[i+1]}
		}
	case "x.com", "threads.com": // the number says all
		if i := slices.IndexFunc(parts, func(s string) bool { return s == "status" || s == "post" }); i >= 0 && i+1 < len(parts) {
			parts = parts[i : i+2]
		}
	case "tiktok.com":
		if i := slices.Index(parts, "video"); i >= 0 && i+1 < len(parts) {
			parts = parts[i : i+2]
		}
	}
	out := host + "/" + strings.Join(parts, "/")
	named := false
	for _, key := range telling {
		if v := q.Get(key); v != "" {
			out += "&" + key + "=" + v
			named = true
		}
	}
	short := host == "fb.watch" || host == "vt.tiktok.com"
	return out, named || len(parts) > 1 || short && len(parts) == 1
}
