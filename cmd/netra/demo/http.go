package demo

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/netralitas/netra/bot/bottest/telegramtest"
)

//go:embed page
var embedded embed.FS

// Handler serves the page. Everything it shows is embedded or made here; it
// asks nothing of any other host. everywhere is for a demo that was told to
// listen beyond this machine.
func (d *Demo) Handler(everywhere bool) http.Handler {
	page, err := fs.Sub(embedded, "page")
	if err != nil { // the folder is embedded
		panic(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(page))
	mux.HandleFunc("GET /events", d.events)
	mux.HandleFunc("GET /media/{id}", d.media)
	mux.HandleFunc("POST /phones", d.addPhone)
	mux.HandleFunc("POST /phones/{phone}/say", d.say)
	mux.HandleFunc("POST /phones/{phone}/press", d.press)
	mux.HandleFunc("POST /phones/{phone}/files", d.send)
	mux.HandleFunc("POST /phones/{phone}/location", d.locate)
	mux.HandleFunc("POST /group/say", d.answer)
	mux.HandleFunc("POST /group/press", d.answer)
	mux.HandleFunc("POST /restart", func(http.ResponseWriter, *http.Request) { d.bot.kill() })
	foreign := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		// Other pages that the browser shows may send requests here, too, also
		// under a name of theirs that leads here: they get nothing.
		if !local(q.Host, everywhere) || foreign.Check(q) != nil {
			http.Error(w, "this demo answers its own page only", http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		w.Header().Set("Cache-Control", "no-store")
		mux.ServeHTTP(w, q)
	})
}

// local reports whether a request was made to this machine by a name that only
// it has, or, everywhere, by any address: names can be made to lead anywhere.
func local(hostport string, everywhere bool) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return host == "localhost" || ip.IsLoopback() || everywhere && ip != nil
}

// pause is how long news are gathered before a page is told.
const pause = 40 * time.Millisecond

// events tells a page what there is to see, now and whenever it changes.
func (d *Demo) events(w http.ResponseWriter, q *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	d.looked()
	for {
		news := d.news()
		raw, err := json.Marshal(d.state(q.Context()))
		if err != nil { // plain values always marshal
			panic(err)
		}
		if _, err := fmt.Fprintf(w, "retry: 500\ndata: %s\n\n", raw); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-q.Context().Done():
			return
		case <-news:
			if rest(q.Context(), pause) != nil {
				return
			}
		case <-time.After(2 * time.Second): // cases change without a word
		}
	}
}

// How long a message and a caption may be, as in Telegram.
const (
	maxText    = 4096
	maxCaption = 1024
)

// maxUpload bounds what a page sends: some files of the size a bot can fetch.
const maxUpload = 100 << 20

// words reads what was said.
func words(w http.ResponseWriter, q *http.Request) (struct {
	Text, Data string
	Message    int
}, bool,
) {
	var in struct {
		Text, Data string
		Message    int
	}
	err := json.NewDecoder(http.MaxBytesReader(w, q.Body, 64<<10)).Decode(&in)
	if err != nil || utf8.RuneCountInString(in.Text) > maxText || !utf8.ValidString(in.Text) {
		http.Error(w, "unreadable", http.StatusBadRequest)
		return in, false
	}
	return in, true
}

func (d *Demo) of(w http.ResponseWriter, q *http.Request) *phone {
	p := d.phone(number(q.PathValue("phone")))
	if p == nil {
		http.Error(w, "there is no such phone", http.StatusNotFound)
	}
	return p
}

func (d *Demo) addPhone(w http.ResponseWriter, q *http.Request) {
	lang := "id"
	if q.URL.Query().Get("lang") == "en" {
		lang = "en"
	}
	n, err := d.newPhone(lang)
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	d.touch()
	fmt.Fprint(w, n)
}

func (d *Demo) say(w http.ResponseWriter, q *http.Request) {
	p := d.of(w, q)
	if p == nil {
		return
	}
	in, ok := words(w, q)
	if !ok || strings.TrimSpace(in.Text) == "" {
		return
	}
	d.note(in.Text)
	if payload, start := strings.CutPrefix(in.Text, "/start "); start {
		p.user.Start(payload)
	} else {
		p.user.Say(in.Text)
	}
	d.touch()
}

func (d *Demo) press(w http.ResponseWriter, q *http.Request) {
	p := d.of(w, q)
	if p == nil {
		return
	}
	in, ok := words(w, q)
	if !ok {
		return
	}
	pressed(w, p.user.PressData(in.Message, in.Data))
	d.touch()
}

// pressed says that a button has gone meanwhile, which is nobody's mistake.
func pressed(w http.ResponseWriter, err error) {
	if errors.Is(err, telegramtest.ErrNoButton) {
		w.WriteHeader(http.StatusGone)
	}
}

// send sends files: pictures as pictures, several of them as an album.
func (d *Demo) send(w http.ResponseWriter, q *http.Request) {
	p := d.of(w, q)
	if p == nil {
		return
	}
	q.Body = http.MaxBytesReader(w, q.Body, maxUpload)
	parts, err := q.MultipartReader()
	if err != nil {
		http.Error(w, "no files", http.StatusBadRequest)
		return
	}
	caption := ""
	var pictures, others []telegramtest.Post
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		var raw []byte
		if err == nil {
			raw, err = io.ReadAll(part)
		}
		if err != nil {
			http.Error(w, "the files are too large, or broke off", http.StatusRequestEntityTooLarge)
			return
		}
		kind := part.Header.Get("Content-Type")
		switch {
		case part.FormName() == "caption":
			if caption = string(raw); utf8.RuneCountInString(caption) > maxCaption || !utf8.ValidString(caption) {
				http.Error(w, "unreadable", http.StatusBadRequest)
				return
			}
		case kind == "image/jpeg" || kind == "image/png":
			pictures = append(pictures, telegramtest.Post{Kind: "photo", Data: raw})
		default:
			others = append(others, telegramtest.Post{Kind: "document", Name: part.FileName(), MIME: kind, Data: raw})
		}
	}
	d.note(caption)
	switch {
	case len(pictures) > 0:
		pictures[0].Text = caption
	case len(others) > 0:
		others[0].Text = caption
	default:
		http.Error(w, "no files", http.StatusBadRequest)
		return
	}
	if len(pictures) > 1 {
		p.user.SendGroup(pictures...)
	} else {
		others = append(pictures, others...)
	}
	for _, one := range others {
		p.user.Send(one)
	}
	d.touch()
}

// locate shares a place that nobody lives at.
func (d *Demo) locate(w http.ResponseWriter, q *http.Request) {
	if p := d.of(w, q); p != nil {
		p.user.SendLocation(-6.2, 106.8)
		d.touch()
	}
}

// answer is what a supervisor says or presses in the group.
func (d *Demo) answer(w http.ResponseWriter, q *http.Request) {
	in, ok := words(w, q)
	switch {
	case !ok:
		return
	case in.Data != "":
		pressed(w, d.group.PressData(d.group.Owner(), in.Message, in.Data))
	case strings.TrimSpace(in.Text) != "" && in.Message != 0:
		d.group.Reply(d.group.Owner(), in.Message, in.Text)
	case strings.TrimSpace(in.Text) != "":
		d.group.Say(d.group.Owner(), in.Text)
	}
	d.touch()
}

// media shows a file that somebody sent, or that the bot sent to the group.
func (d *Demo) media(w http.ResponseWriter, q *http.Request) {
	raw, ok := d.telegram.File(q.PathValue("id"))
	if !ok {
		http.NotFound(w, q)
		return
	}
	switch kind := http.DetectContentType(raw); kind {
	case "image/jpeg", "image/png":
		w.Header().Set("Content-Type", kind)
	default:
		w.Header().Set("Content-Type", "application/octet-stream")
	}
	_, _ = w.Write(raw) // the page may have gone
}
