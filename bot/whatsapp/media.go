package whatsapp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waMmsRetry"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"github.com/netralitas/netra/bot"
)

// filed is what messages with a file have in common.
type filed interface {
	whatsmeow.DownloadableMessage
	GetFileLength() uint64
}

// attachment is where a file is and what opens it: it must outlive a restart.
type attachment struct {
	Kind   string          `json:"k"`
	Path   string          `json:"p"`
	Key    []byte          `json:"m"`
	Sealed []byte          `json:"e"` // digest of what is stored
	Digest []byte          `json:"s"`
	From   types.JID       `json:"f"`
	ID     types.MessageID `json:"i"`
	Asked  bool            `json:"a,omitempty"` // the phone has uploaded it again
}

func attach(kind string, f filed, from types.JID, id types.MessageID) string {
	return attachment{kind, f.GetDirectPath(), f.GetMediaKey(), f.GetFileEncSHA256(), f.GetFileSHA256(), from, id, false}.String()
}

// String is what attach returns.
func (f attachment) String() string {
	raw, err := json.Marshal(f)
	if err != nil {
		return "" // Fetch refuses it
	}
	return string(raw)
}

// message is what whatsmeow wants in order to download it.
func (f attachment) message() (whatsmeow.DownloadableMessage, bool) {
	path := proto.String(f.Path)
	switch f.Kind {
	case "image":
		return &waE2E.ImageMessage{DirectPath: path, MediaKey: f.Key, FileEncSHA256: f.Sealed, FileSHA256: f.Digest}, true
	case "video":
		return &waE2E.VideoMessage{DirectPath: path, MediaKey: f.Key, FileEncSHA256: f.Sealed, FileSHA256: f.Digest}, true
	case "audio":
		return &waE2E.AudioMessage{DirectPath: path, MediaKey: f.Key, FileEncSHA256: f.Sealed, FileSHA256: f.Digest}, true
	case "document":
		return &waE2E.DocumentMessage{DirectPath: path, MediaKey: f.Key, FileEncSHA256: f.Sealed, FileSHA256: f.Digest}, true
	}
	return nil, false
}

// MaxFile implements bot.Fetcher.
func (*Adapter) MaxFile() int64 { return 20 << 20 }

// Fetch implements bot.Fetcher. whatsmeow checks a file whole before it gives
// any of it, so two at a time are in memory and the others wait.
func (a *Adapter) Fetch(ctx context.Context, at bot.Attachment) (io.ReadCloser, error) {
	var f attachment
	if json.Unmarshal([]byte(at.ID), &f) != nil || len(f.Path) > 2048 || len(f.Key) == 0 || len(f.Sealed) != 32 || len(f.Digest) != 32 {
		return nil, &bot.Failure{Kind: bot.Bug, Op: "download", Reason: "no file"}
	}
	select {
	case a.files <- struct{}{}:
	case <-ctx.Done():
		return nil, &bot.Failure{Kind: bot.RetryLater, Op: "download", Reason: ctx.Err().Error()}
	}
	body, lost, err := a.download(ctx, f)
	a.cfg.Metrics.Call("whatsapp", "download", err)
	if err == nil {
		return &held{bytes.NewReader(body), func() { <-a.files }}, nil
	}
	<-a.files // asking takes its time, and nobody's file must wait for that
	if !lost || f.Asked {
		return nil, err
	}
	f.Asked = true
	if f.Path, err = a.ask(ctx, f); err != nil {
		return nil, err
	}
	return a.Fetch(ctx, bot.Attachment{ID: f.String()})
}

// held is a file in memory; closing it makes room for the next.
type held struct {
	*bytes.Reader
	free func()
}

func (h *held) Close() error {
	if h.free != nil {
		h.free()
		h.free = nil
	}
	return nil
}

const downloadTimeout = 2 * time.Minute

// download also says whether the file is no longer on WhatsApp's servers.
func (a *Adapter) download(ctx context.Context, f attachment) (body []byte, lost bool, err error) {
	m, ok := f.message()
	if !ok {
		return nil, false, &bot.Failure{Kind: bot.Bug, Op: "download", Reason: "unknown kind"}
	}
	ctx, cancel := context.WithTimeout(ctx, downloadTimeout)
	defer cancel()
	body, err = a.cli.Download(ctx, m)
	answer := whatsmeow.DownloadHTTPError{}
	switch {
	case err == nil:
		return body, false, nil
	case errors.As(err, &answer):
		lost = slices.Contains([]int{http.StatusForbidden, http.StatusNotFound, http.StatusGone}, answer.StatusCode)
		return nil, lost, &bot.Failure{Kind: bot.RetryLater, Op: "download", Reason: fmt.Sprint("status ", answer.StatusCode)}
	case errors.Is(err, whatsmeow.ErrInvalidMediaHMAC), errors.Is(err, whatsmeow.ErrInvalidMediaSHA256),
		errors.Is(err, whatsmeow.ErrInvalidMediaEncSHA256), errors.Is(err, whatsmeow.ErrTooShortFile):
		return nil, false, &bot.Failure{Kind: bot.Bug, Op: "download", Reason: "not the file that was sent"}
	}
	return nil, false, &bot.Failure{Kind: bot.RetryLater, Op: "download", Reason: reason(err)}
}

// askTimeout is how long the account's own phone has to upload a file again. It
// may be off: the turn is repeated.
const askTimeout = 20 * time.Second

// ask asks the account's own phone for the file, which got it too, and returns
// where it is then.
func (a *Adapter) ask(ctx context.Context, f attachment) (string, error) {
	came := make(chan *events.MediaRetry, 1)
	a.mu.Lock()
	a.media[f.ID] = came
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		delete(a.media, f.ID)
		a.mu.Unlock()
	}()
	info := &types.MessageInfo{ID: f.ID, MessageSource: types.MessageSource{Chat: f.From, Sender: f.From}}
	if err := a.cli.SendMediaRetryReceipt(ctx, info, f.Key); err != nil {
		return "", a.failure(ctx, "ask for file again", everybody, err)
	}
	select {
	case e := <-came:
		n, err := whatsmeow.DecryptMediaRetryNotification(e, f.Key)
		if err != nil || n.GetResult() != waMmsRetry.MediaRetryNotification_SUCCESS {
			return "", &bot.Failure{Kind: bot.Bug, Op: "ask for file again", Reason: "the phone has it no more"}
		}
		return n.GetDirectPath(), nil
	case <-time.After(askTimeout):
	case <-ctx.Done():
	}
	return "", &bot.Failure{Kind: bot.RetryLater, Op: "ask for file again", Reason: "the phone does not answer"}
}

// retried hands the phone's answer to who waits for it.
func (a *Adapter) retried(e *events.MediaRetry) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.media[e.MessageID]; c != nil {
		select {
		case c <- e:
		default:
		}
	}
}
