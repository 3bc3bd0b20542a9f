package telegramtest

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

const (
	maxUpload = 50 << 20  // what Telegram lets a bot upload in one file
	maxBody   = 120 << 20 // beyond this the emulator stops reading
)

var errTooLarge = errors.New("request entity too large")

type param struct{ name, val string }

type upload struct {
	field, name, mime string
	data              []byte
}

// call is one request while it is being answered. Calls are pooled: nothing
// may keep one, but the strings in it live on their own.
type call struct {
	s      *Server
	m      *method
	r      *http.Request
	n      int // number of this call on the server, from 1
	params []param
	files  []upload
	buf    []byte
	spans  []int
	out    []byte
}

var callPool = sync.Pool{New: func() any { return new(call) }}

func newCall(s *Server, r *http.Request) *call {
	c := callPool.Get().(*call)
	c.s, c.r = s, r
	return c
}

func (c *call) free() {
	clear(c.params)
	clear(c.files)
	if cap(c.buf) > 1<<20 {
		c.buf = nil
	}
	*c = call{params: c.params[:0], files: c.files[:0], buf: c.buf[:0], spans: c.spans[:0], out: c.out[:0]}
	callPool.Put(c)
}

// get returns a parameter's value, "" when it was not sent. As in Telegram the
// first of several wins.
func (c *call) get(name string) string {
	for i := range c.params {
		if c.params[i].name == name {
			return c.params[i].val
		}
	}
	return ""
}

func (c *call) getInt(name string) int64 {
	n, _ := strconv.ParseInt(c.get(name), 10, 64)
	return n
}

func (c *call) getBool(name string) bool {
	switch c.get(name) {
	case "true", "True", "1":
		return true
	}
	return false
}

func (c *call) file(field string) *upload {
	for i := range c.files {
		if c.files[i].field == field {
			return &c.files[i]
		}
	}
	return nil
}

// names lists what the request carried, without the values.
func (c *call) names() []string {
	var out []string
	for _, p := range c.params {
		out = append(out, p.name)
	}
	for _, f := range c.files {
		out = append(out, f.field)
	}
	return out
}

// parse reads parameters from the query and from a body of any of the four
// kinds that Telegram understands.
func (c *call) parse() error {
	if q := c.r.URL.RawQuery; q != "" {
		if err := c.form(append(c.buf[:0], q...)); err != nil {
			return err
		}
	}
	if c.r.Method == http.MethodGet || c.r.Body == nil || c.r.ContentLength == 0 {
		return nil
	}
	kind := c.r.Header.Get("Content-Type")
	if strings.HasPrefix(kind, "multipart/form-data") {
		return c.multipart(kind)
	}
	body, err := c.body()
	if err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(kind, "application/json"):
		return c.object(string(body))
	case strings.HasPrefix(kind, "application/x-www-form-urlencoded"):
		return c.form(body)
	case len(body) == 0:
		return nil
	}
	return errors.New("unsupported content type")
}

func (c *call) body() ([]byte, error) {
	if n := c.r.ContentLength; n > 0 && n < maxBody {
		if int64(cap(c.buf)) < n {
			c.buf = make([]byte, n)
		}
		c.buf = c.buf[:n]
		_, err := io.ReadFull(c.r.Body, c.buf)
		return c.buf, err
	}
	return readAtMost(c.r.Body, maxBody)
}

func readAtMost(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = errTooLarge
	}
	return data, err
}

// form decodes in place and makes one string of it that all parameters share.
func (c *call) form(b []byte) error {
	c.spans = c.spans[:0]
	w := 0
	for i := 0; i <= len(b); i++ {
		name, val := w, -1
		for ; i < len(b) && b[i] != '&'; i++ {
			switch ch := b[i]; {
			case ch == '=' && val < 0:
				val = w
				continue
			case ch == '+':
				b[w] = ' '
			case ch == '%':
				if i+2 >= len(b) {
					return errors.New("wrong escape in form")
				}
				hi, ok1 := hexDigit(b[i+1])
				lo, ok2 := hexDigit(b[i+2])
				if !ok1 || !ok2 {
					return errors.New("wrong escape in form")
				}
				b[w] = hi<<4 | lo
				i += 2
			default:
				b[w] = ch
			}
			w++
		}
		if w == name && val < 0 {
			continue // nothing between two ampersands
		}
		if val < 0 {
			val = w
		}
		c.spans = append(c.spans, name, val, w)
	}
	s := string(b[:w])
	if !utf8.ValidString(s) {
		return errors.New("strings must be encoded in UTF-8")
	}
	for i := 0; i < len(c.spans); i += 3 {
		c.params = append(c.params, param{s[c.spans[i]:c.spans[i+1]], s[c.spans[i+1]:c.spans[i+2]]})
	}
	return nil
}

func (c *call) object(s string) error {
	v, err := parseJSON(s)
	if err != nil || v.kind != jobj {
		return errors.New("can't parse request JSON object")
	}
	for _, f := range v.obj {
		val := f.val.raw
		switch f.val.kind {
		case jstr:
			val = f.val.s
		case jnull:
			continue
		}
		c.params = append(c.params, param{f.name, val})
	}
	return nil
}

func (c *call) multipart(kind string) error {
	_, args, err := mime.ParseMediaType(kind)
	if err != nil || args["boundary"] == "" {
		return errors.New("wrong multipart boundary")
	}
	body := io.LimitReader(c.r.Body, maxBody)
	parts := multipart.NewReader(body, args["boundary"])
	tooLarge := false
	for {
		p, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return errors.New("can't parse multipart body")
		}
		data, err := io.ReadAll(p)
		if err != nil {
			return errors.New("can't parse multipart body")
		}
		if len(data) > c.s.maxUpload {
			tooLarge, data = true, nil
		}
		if p.FileName() == "" {
			if !utf8.Valid(data) {
				return errors.New("strings must be encoded in UTF-8")
			}
			c.params = append(c.params, param{p.FormName(), string(data)})
			continue
		}
		c.files = append(c.files, upload{p.FormName(), p.FileName(), p.Header.Get("Content-Type"), data})
	}
	if tooLarge {
		return errTooLarge
	}
	return nil
}
