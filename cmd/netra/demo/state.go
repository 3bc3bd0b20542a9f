package demo

import (
	"bytes"
	"context"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/netralitas/netra/bot/bottest/telegramtest"
)

// state is all that a page shows.
type state struct {
	Phones   []chat   `json:"phones"`
	Group    chat     `json:"group"`
	Up       bool     `json:"up"`
	Restarts int      `json:"restarts"`
	Operator operator `json:"operator"`
}

type chat struct {
	Name     string    `json:"name"`
	Lang     string    `json:"lang,omitempty"`
	Messages []message `json:"messages"`
}

type message struct {
	ID      int        `json:"id"`
	Bot     bool       `json:"bot,omitempty"`
	Who     string     `json:"who,omitempty"` // in the group, who is not the bot
	HTML    string     `json:"html,omitempty"`
	Picture string     `json:"picture,omitempty"` // address of a picture
	File    string     `json:"file,omitempty"`    // name of another file
	Kind    string     `json:"kind,omitempty"`    // "location" and the like
	Album   string     `json:"album,omitempty"`
	Answers int        `json:"answers,omitempty"` // id of the message it answers
	Time    string     `json:"time"`
	Buttons [][]button `json:"buttons,omitempty"`
}

type button struct {
	Label string `json:"label"`
	Data  string `json:"data"`
}

// operator is what who runs the bot could see.
type operator struct {
	Counts map[string]float64 `json:"counts"`
	Log    []string           `json:"log"`
	Stored stored             `json:"stored"`
}

// stored is what stands on the disk.
type stored struct {
	File   string `json:"file"`
	Sample string `json:"sample"` // its last bytes, hexadecimal
	Files  int    `json:"files"`
	Bytes  int64  `json:"bytes"`
	Words  int    `json:"words"` // how many of the reporters' messages were looked for
	Found  int    `json:"found"` // how many of them stand there in clear
}

func (d *Demo) state(ctx context.Context) state {
	d.mu.Lock()
	phones, said := slices.Clone(d.phones), slices.Clone(d.said)
	d.mu.Unlock()
	log := d.bot.lines()
	s := state{
		Group:    chat{Name: "Pengawas Contoh", Messages: view(d.group.Messages(), true)},
		Operator: operator{Counts: d.bot.counts(ctx), Log: log, Stored: d.disk.search(d.o.Dir, log, said)},
	}
	for _, p := range phones {
		s.Phones = append(s.Phones, chat{p.name, p.lang, view(p.user.Messages(), false)})
	}
	d.bot.mu.Lock()
	defer d.bot.mu.Unlock()
	s.Up, s.Restarts = d.bot.listen != "", max(0, d.bot.starts-1)
	return s
}

func view(messages []telegramtest.Message, group bool) []message {
	out := make([]message, 0, len(messages))
	for _, m := range messages {
		v := message{
			ID: m.ID, Bot: m.FromBot, HTML: m.HTML(), Album: m.MediaGroup, Answers: m.ReplyTo, Time: m.Date.Format("15:04"),
		}
		if group && !m.FromBot {
			v.Who = "Petugas Contoh"
		}
		switch {
		case m.Media != nil && m.Media.Kind == "photo":
			v.Picture = "media/" + m.Media.FileID
		case m.Media != nil:
			v.File = m.Media.Name
			if v.File == "" {
				v.File = m.Media.Kind
			}
		case m.Text == "":
			v.Kind = m.Kind
		}
		for _, row := range m.Buttons {
			var r []button
			for _, b := range row {
				r = append(r, button{b.Text, b.Data})
			}
			v.Buttons = append(v.Buttons, r)
		}
		out = append(out, v)
	}
	return out
}

// sampleSize is how many bytes of a file are shown.
const sampleSize = 256

// disk remembers what was found where, so that only what has changed is read
// again, however many pages look.
type disk struct {
	mu    sync.Mutex
	files map[string]read
	found map[string]bool // the reporters' words that stood somewhere in clear
	last  stored
	when  time.Time
}

// read is a file as it was when it was read.
type read struct {
	size  int64
	time  time.Time
	words int // how many were looked for
}

// often is how often the disk is looked at, at most.
const often = time.Second

// search looks for the reporters' words in everything that the bot has written:
// its files, and its log.
func (k *disk) search(dir string, log, said []string) stored {
	k.mu.Lock()
	defer k.mu.Unlock()
	if time.Since(k.when) < often {
		return k.last
	}
	if k.files == nil {
		k.files, k.found = map[string]read{}, map[string]bool{}
	}
	look := func(raw []byte) {
		for _, words := range said {
			if bytes.Contains(raw, []byte(words)) {
				k.found[words] = true
			}
		}
	}
	look([]byte(strings.Join(log, "\n")))
	out := stored{Words: len(said), File: k.last.File, Sample: k.last.Sample}
	for _, path := range files(dir) {
		info, err := os.Stat(path)
		if err != nil {
			continue // it has just gone
		}
		out.Files++
		out.Bytes += info.Size()
		if now := (read{info.Size(), info.ModTime(), len(said)}); k.files[path] != now {
			raw, err := os.ReadFile(path)
			if err != nil {
				continue
			}
			k.files[path] = now
			look(raw)
			if name := filepath.Base(path); name == "netra.db-wal" && len(raw) > sampleSize {
				out.File, out.Sample = name, hex.EncodeToString(raw[len(raw)-sampleSize:])
			}
		}
	}
	out.Found = len(k.found)
	k.last, k.when = out, time.Now()
	return out
}

// files lists all files under a folder.
func files(dir string) []string {
	var out []string
	_ = fs.WalkDir(os.DirFS(dir), ".", func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			out = append(out, filepath.Join(dir, path))
		}
		return nil // what cannot be listed has just gone
	})
	return out
}

// number reads the index of a phone.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}
