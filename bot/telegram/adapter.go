package telegram

import (
	"context"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/rs/zerolog"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/pace"
)

// DefaultAPI is Telegram's own Bot API server.
const DefaultAPI = "https://api.telegram.org"

// PublicLimits are those of Telegram's own servers.
// https://core.telegram.org/bots/faq#broadcasting-to-users
var PublicLimits = pace.Limits{Overall: 30, Chat: 10, Group: 20, Second: time.Second, Minute: time.Minute}

// isGroup: groups have negative ids.
func isGroup(to bot.Address) bool { return strings.HasPrefix(string(to), "-") }

// Config is what an Adapter needs to know.
type Config struct {
	Token   string
	API     string // base address; "" is DefaultAPI
	Limits  pace.Limits
	Log     zerolog.Logger
	Metrics *bot.Metrics
	Now     func() time.Time
}

// Adapter speaks to one Telegram bot account.
type Adapter struct {
	cfg  Config
	api  *api
	pace *pace.Pacer
	log  zerolog.Logger
	name atomic.Pointer[string] // the bot's, once Telegram said it
	// forums says of the groups that had a card whether they have topics.
	forums sync.Map
}

var (
	_ bot.Channel = (*Adapter)(nil)
	_ bot.Fetcher = (*Adapter)(nil)
	_ bot.Group   = (*Adapter)(nil)
	_ bot.Linker  = (*Adapter)(nil)
	_ bot.Cleaner = (*Adapter)(nil)
)

// New returns an adapter. It makes no call yet.
func New(cfg Config) *Adapter {
	if cfg.API == "" {
		cfg.API = DefaultAPI
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	hush()
	return &Adapter{cfg: cfg, api: newAPI(cfg.API, cfg.Token, cfg.Metrics), pace: pace.New(cfg.Limits, isGroup), log: cfg.Log}
}

// hush silences the library, which prints to stderr with the standard logger.
var hush = sync.OnceFunc(func() { tgbotapi.SetLogger(silent{}) }) //nolint:errcheck // fails only for nil

type silent struct{}

func (silent) Println(...any)        {}
func (silent) Printf(string, ...any) {}

// Name implements bot.Channel.
func (*Adapter) Name() string { return "telegram" }

// Ping makes the cheapest call there is: nil when the platform answers and
// takes the token.
func (a *Adapter) Ping(ctx context.Context) error {
	var me tgbotapi.User
	if err := a.api.call(ctx, "getMe", nil, &me); err != nil {
		return err
	}
	a.name.Store(&me.UserName)
	return nil
}

// Link implements bot.Linker. It is known after the first Ping or Setup.
func (a *Adapter) Link() string {
	name := a.name.Load()
	if name == nil || *name == "" {
		return ""
	}
	return "https://t.me/" + *name
}

// MaxFile implements bot.Fetcher: what getFile allows.
// https://core.telegram.org/bots/api#getfile
func (*Adapter) MaxFile() int64 { return 20 << 20 }

// Fetch implements bot.Fetcher.
func (a *Adapter) Fetch(ctx context.Context, at bot.Attachment) (io.ReadCloser, error) {
	var f tgbotapi.File
	if err := a.api.call(ctx, "getFile", tgbotapi.Params{"file_id": at.ID}, &f); err != nil {
		return nil, err
	}
	if f.FilePath == "" {
		return nil, &bot.Failure{Kind: bot.RetryLater, Op: "getFile", Reason: "no path"}
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	body, err := a.api.download(ctx, f.FilePath)
	if err != nil {
		cancel()
		return nil, err
	}
	return &download{body, cancel}, nil
}

// download ends its time-out when it is closed.
type download struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (d *download) Close() error { defer d.cancel(); return d.ReadCloser.Close() }
