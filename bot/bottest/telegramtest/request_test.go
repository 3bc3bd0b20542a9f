package telegramtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func itoa(n int) string { return strconv.Itoa(n) }

func TestFourKindsOfRequest(t *testing.T) {
	b := newBot(t)
	u := known(b.s)
	id := strconv.FormatInt(u.ID, 10)
	const text = "satu & dua + 50% 😀"
	form := url.Values{"chat_id": {id}, "text": {text}}.Encode()
	body, _ := json.Marshal(map[string]any{
		"chat_id": u.ID, "text": text, "disable_notification": true, "message_effect_id": nil,
		"reply_markup": inline([]map[string]any{button("A", "a")}),
	})
	for _, a := range []answer{
		b.do(http.Get(b.url("sendMessage") + "?" + form)),
		b.do(http.Post(b.url("sendMessage"), "application/x-www-form-urlencoded", strings.NewReader(form))),
		b.do(http.Post(b.url("sendmessage"), "application/json; charset=utf-8", strings.NewReader(string(body)))),
		b.upload("sendMessage", "chat_id", id, "text", text),
		b.do(http.Post(b.url("sendMessage")+"?chat_id="+id, "application/x-www-form-urlencoded", strings.NewReader("text="+url.QueryEscape(text)))),
	} {
		if !a.OK || decode[sent](t, a).Text != text {
			t.Errorf("%+v %s", a, a.Result)
		}
	}
	if n := len(u.Messages()); n != 5 {
		t.Errorf("%d messages", n)
	}
	if m := u.Messages()[2]; !m.Silent || m.Buttons[0][0].Data != "a" {
		t.Errorf("%+v", m)
	}
	b.clean()
	if got := b.s.Calls()["sendMessage"]; got != 5 {
		t.Errorf("%d calls", got)
	}
}

func TestBodyOfUnknownLength(t *testing.T) {
	b := newBot(t)
	u := known(b.s)
	body := io.MultiReader(strings.NewReader("text=panjang&chat_id="), strings.NewReader(strconv.FormatInt(u.ID, 10)))
	if a := b.do(http.Post(b.url("sendMessage"), "application/x-www-form-urlencoded", body)); !a.OK {
		t.Errorf("%+v", a)
	}
	if _, err := readAtMost(strings.NewReader("xxx"), 2); err != errTooLarge {
		t.Error(err)
	}
	if a := b.do(http.Post(b.url("getMe"), "", strings.NewReader(""))); !a.OK {
		t.Errorf("%+v", a)
	}
	b.clean()
}

func TestEntities(t *testing.T) {
	b := newBot(t)
	u := known(b.s)
	b.send("chat_id", u.ID, "text", "kode dan tautan dan nama", "entities", []map[string]any{
		{"type": "text_link", "offset": 9, "length": 6, "url": "https://contoh.id"},
		{"type": "pre", "offset": 0, "length": 4, "language": "go"},
		{"type": "text_mention", "offset": 20, "length": 4, "user": map[string]any{"id": 42}},
		{"type": "hashtag", "offset": 5, "length": 3},
	})
	const want = `<pre><code class="language-go">kode</code></pre> dan <a href="https://contoh.id">tautan</a> dan <a href="tg://user?id=42">nama</a>`
	if got := u.Last().HTML(); got != want {
		t.Errorf("%s", got)
	}
	a := b.ok("sendMessage", "chat_id", u.ID, "text", want+`<tg-emoji emoji-id="7">x</tg-emoji>`, "parse_mode", "HTML")
	for _, part := range []string{`"language":"go"`, `"url":"https://contoh.id"`, `"user":{"id":42`, `"custom_emoji_id":"7"`} {
		if !strings.Contains(string(a.Result), part) {
			t.Errorf("no %s in %s", part, a.Result)
		}
	}
	b.clean()
}

func TestMalformedRequests(t *testing.T) {
	b := newBot(t)
	post := func(kind, body string) answer {
		return b.do(http.Post(b.url("sendMessage"), kind, strings.NewReader(body)))
	}
	b.check(post("application/json", "{"), "400 Bad Request: can't parse request JSON object")
	b.check(post("application/json", "[]"), "400 Bad Request: can't parse request JSON object")
	b.check(post("text/plain", "hello"), "400 Bad Request: unsupported content type")
	b.check(post("multipart/form-data", "hello"), "400 Bad Request: wrong multipart boundary")
	b.check(post("multipart/form-data; boundary=x", "hello"), "400 Bad Request: can't parse multipart body")
	b.check(post("application/x-www-form-urlencoded", "text=%zz"), "400 Bad Request: wrong escape in form")
	b.check(post("application/x-www-form-urlencoded", "text=%ff"), "400 Bad Request: strings must be encoded in UTF-8")
	b.violations(7)
}

func TestTokensAndPaths(t *testing.T) {
	b := newBot(t)
	get := func(path string) answer { return b.do(http.Get(b.s.URL + path)) }
	b.check(get("/bot1234567890:AAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/getMe"), "401 Unauthorized")
	b.check(get("/botnonsense/getMe"), "404 Not Found")
	b.check(get("/bot:x/getMe"), "404 Not Found")
	b.check(get("/"), "404 Not Found")
	b.check(get("/file/bot"+b.s.Token+"/photos/file_1.jpg"), "404 Not Found")
	b.clean()
	b.refused("404 Not Found", "sendMesage", "chat_id", 1)
	b.violations(1)
	if v := b.s.Violations()[0]; v.Method != "sendMesage" || !reflect.DeepEqual(v.Params, []string{"chat_id"}) {
		t.Errorf("%+v", v)
	}
	if b.s.Conditions()["unauthorized"] != 1 {
		t.Errorf("%v", b.s.Conditions())
	}
}

func TestEveryMethodIsKnown(t *testing.T) {
	b := newBot(t)
	if n := len(specs()); n != 180 {
		t.Errorf("%d methods", n)
	}
	for name := range handlers() {
		if b.s.methods[name] == nil {
			t.Errorf("%s is no method of the Bot API", name)
		}
	}
	b.refused("400 Bad Request: method is not supported by the emulator", "sendPoll", "chat_id", 1)
	b.violations(1)
}

func TestCallLog(t *testing.T) {
	b := newBot(t)
	u := known(b.s)
	b.send("chat_id", u.ID, "text", "tidak dicatat")
	b.s.CallLog(true)
	b.send("chat_id", u.ID, "text", "dicatat")
	b.refused("400", "sendMessage", "chat_id", u.ID)
	log := b.s.Log()
	if len(log) != 2 || log[0].Params["text"] != "dicatat" || log[0].Status != 200 || log[1].Status != 400 ||
		log[1].Description != "Bad Request: message text is empty" || log[1].Call != 3 {
		t.Errorf("%+v", log)
	}
}

func TestForm(t *testing.T) {
	for _, s := range []string{"", "a=b", "a=b&c=d", "a", "a=&b", "&&a=1&", "a=b=c", "a+b=c+d", "%41=%20", "a=%F0%9F%98%80&b=1"} {
		want, err := url.ParseQuery(s)
		if err != nil {
			t.Fatal(err)
		}
		c := &call{}
		if err := c.form([]byte(s)); err != nil {
			t.Errorf("%q: %v", s, err)
		}
		got := url.Values{}
		for _, p := range c.params {
			got.Add(p.name, p.val)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,-2.5e3,true,null,"x\n\u00e9\ud83d\ude00"]}`, `"\ud800"`, "01", "1.", "[1,]", `{"a" : 1 , "a":2}`, " [] ", "-", `"\x"`, "nul",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) || strings.Count(s, "[")+strings.Count(s, "{") > 40 {
			return
		}
		v, err := parseJSON(s)
		if valid := json.Valid([]byte(s)); valid != (err == nil) {
			t.Fatalf("%q: %v, but valid is %v", s, err, valid)
		}
		if err == nil && v.kind == jstr {
			var want, back string
			_ = json.Unmarshal([]byte(s), &want)
			if v.s != want {
				t.Fatalf("%q: %q, want %q", s, v.s, want)
			}
			if err := json.Unmarshal(appendString(nil, v.s), &back); err != nil || back != want {
				t.Fatalf("%q: written %q, %v", s, back, err)
			}
		}
	})
}

func BenchmarkSendMessage(b *testing.B) {
	k := newBot(b)
	body := func(u *User) string {
		raw, _ := json.Marshal(inline([]map[string]any{button("Ya", "y:1"), button("Tidak", "n:1")}))
		return url.Values{
			"chat_id": {strconv.FormatInt(u.ID, 10)}, "text": {"<b>Pertanyaan</b> berikutnya &amp; jawabannya"},
			"parse_mode": {"HTML"}, "reply_markup": {string(raw)},
		}.Encode()
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		form := body(known(k.s))
		for pb.Next() {
			res, err := client.Post(k.url("sendMessage"), "application/x-www-form-urlencoded", strings.NewReader(form))
			if err != nil || res.StatusCode != 200 {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
		}
	})
}

// TestClientGone: a request that breaks off is nobody's mistake.
func TestClientGone(t *testing.T) {
	b := newBot(t)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(b.s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST /bot%s/sendMessage HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n--x\r\n\r\n", b.s.Token)
	conn.Close()
	for b.s.Conditions()["client gone"] == 0 {
		if t.Context().Err() != nil {
			t.Fatal("not noticed")
		}
		time.Sleep(time.Millisecond)
	}
	b.violations(0)
}
