package whatsapp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/pace"
)

// HumanePace is how fast we write at most: WhatsApp names no limits, and bans
// accounts that behave unlike people.
var HumanePace = pace.Limits{Overall: 20, Chat: 15, Group: 20, Second: time.Second, Minute: time.Minute}

// limitedPace is how fast we write while WhatsApp holds our messages back.
var limitedPace = pace.Limits{Overall: 1, Second: 3 * time.Second, Minute: time.Minute}

// Config is what an Adapter needs to know.
type Config struct {
	Device  *Device
	Limits  pace.Limits
	Groups  []bot.Address // those that the operator named; all others get nothing
	Log     zerolog.Logger
	Metrics *bot.Metrics
	Now     func() time.Time
}

// Adapter speaks for one linked device.
type Adapter struct {
	cfg  Config
	me   *Device
	cli  *whatsmeow.Client // its client
	pace *pace.Pacer       // when all is well
	slow *pace.Pacer       // while WhatsApp limits the account
	log  zerolog.Logger

	files  chan struct{}      // one for each file in memory
	cut    chan time.Duration // the connection is to be made anew, after that time
	mu     sync.Mutex
	queue  *bot.Queue
	ctx    context.Context
	end    context.CancelCauseFunc
	chats  map[types.JID]chat // with people
	broken map[string]*time.Timer
	held   map[types.JID]refusal                       // people to whom WhatsApp lets us send nothing
	media  map[types.MessageID]chan *events.MediaRetry // who waits for a file that was asked for again
}

var (
	_ bot.Channel   = (*Adapter)(nil)
	_ bot.Fetcher   = (*Adapter)(nil)
	_ bot.Group     = (*Adapter)(nil)
	_ bot.Forgetter = (*Adapter)(nil)
	_ bot.Cleaner   = (*Adapter)(nil)
	_ bot.Reserved  = (*Adapter)(nil)
	_ bot.Vanisher  = (*Adapter)(nil)
	_ bot.Limiter   = (*Adapter)(nil)
)

// New returns an adapter. It does not connect yet.
func New(cfg Config) *Adapter {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	a := &Adapter{
		cfg: cfg, me: cfg.Device, cli: cfg.Device.cli, pace: pace.New(cfg.Limits, isGroup), slow: pace.New(limitedPace, isGroup), log: cfg.Log,
		files: make(chan struct{}, 2), cut: make(chan time.Duration, 1), ctx: context.Background(), end: func(error) {},
		chats: map[types.JID]chat{}, held: map[types.JID]refusal{}, broken: map[string]*time.Timer{}, media: map[types.MessageID]chan *events.MediaRetry{},
	}
	cfg.Device.careful()
	a.cli.UseRetryMessageStore = true
	a.cli.DisableLoginAutoReconnect = true // Receive does that, too
	a.cli.AddEventHandlerWithSuccessStatus(a.event)
	return a
}

// Name implements bot.Channel.
func (*Adapter) Name() string { return "whatsapp" }

// Ping returns nil when the account is connected.
func (a *Adapter) Ping(context.Context) error {
	if !a.cli.IsConnected() || !a.cli.IsLoggedIn() {
		return errors.New("WhatsApp is not connected")
	}
	return nil
}

// Receive hands over what reporters write, until the context ends. It returns
// an error when the device was ended from outside: unlinked, banned, outdated.
func (a *Adapter) Receive(ctx context.Context, q *bot.Queue) error {
	if !a.me.Paired() {
		return ErrUnpaired
	}
	run, end := context.WithCancelCause(ctx)
	defer end(nil)
	a.mu.Lock()
	a.queue, a.ctx, a.end = q, run, end
	a.mu.Unlock()
	for pause := firstPause; run.Err() == nil; {
		a.connect(run)
		began := time.Now()
		select {
		case <-run.Done():
		case wait := <-a.cut:
			a.cli.Disconnect()
			if time.Since(began) > time.Second { // it was let in, and served
				pause = firstPause
			}
			sleep(run, max(wait, pause))
			pause = min(pause*2, time.Minute)
			a.forgetCuts()
		}
	}
	if ctx.Err() != nil { // turns in flight may still answer
		select {
		case <-q.Closed():
		case <-time.After(closing):
		}
	}
	a.cli.Disconnect()
	if cause := context.Cause(run); ctx.Err() == nil && cause != nil {
		return cause
	}
	return nil
}

// connect tries until it is connected or the context ends.
func (a *Adapter) connect(ctx context.Context) {
	for pause := firstPause; ctx.Err() == nil; pause = min(pause*2, time.Minute) {
		err := a.me.dial(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		a.log.Warn().Dur("pause", pause).Err(err).Msg("not connected, trying again")
		sleep(ctx, pause)
	}
}

const (
	// firstPause is how long after a cut we connect again; it doubles up to a
	// minute while connections do not last.
	firstPause = 50 * time.Millisecond
	// closing is how long the queue has to close before the connection goes.
	closing = 8 * time.Second
)

// forgetCuts drops what was said of the connection that is gone.
func (a *Adapter) forgetCuts() {
	select {
	case <-a.cut:
	default:
	}
}

// anew has the connection made anew after a time.
func (a *Adapter) anew(after time.Duration) {
	select {
	case a.cut <- after:
	default: // it is about to be
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// reporter is the address of whoever sent something: their LID if it can be
// known.
func (a *Adapter) reporter(ctx context.Context, from, alt types.JID) types.JID {
	for _, j := range []types.JID{from, alt} {
		if j.Server == types.HiddenUserServer {
			return j.ToNonAD()
		}
	}
	if lid, err := a.cli.Store.LIDs.GetLIDForPN(ctx, from); err == nil && !lid.IsEmpty() {
		return lid.ToNonAD()
	}
	return from.ToNonAD()
}

func isGroup(to bot.Address) bool { return strings.HasSuffix(string(to), "@"+types.GroupServer) }

func jid(to bot.Address) (types.JID, error) {
	j, err := types.ParseJID(string(to))
	if err != nil || j.User == "" {
		return j, &bot.Failure{Kind: bot.Bug, Op: "read address", Reason: "not a WhatsApp address"}
	}
	return j, nil
}

// messageID derives the id of a message of ours from what makes it: sending it
// again is the same message.
func messageID(parts ...string) types.MessageID {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return whatsmeow.WebMessageIDPrefix + strings.ToUpper(hex.EncodeToString(sum[:9]))
}

// failure types an error of whatsmeow. Its text is not repeated: it names
// people. to is whom the call was about, if anybody.
func (a *Adapter) failure(ctx context.Context, op string, to types.JID, err error) error {
	if err == nil {
		return nil
	}
	if f := (*bot.Failure)(nil); errors.As(err, &f) {
		return f
	}
	f := &bot.Failure{Kind: bot.RetryLater, Op: op, Reason: reason(err)}
	code := 0
	if errors.Is(err, whatsmeow.ErrServerReturnedError) { // the code is in its text only
		words := strings.Fields(err.Error())
		code, _ = strconv.Atoi(words[len(words)-1])
		f.Reason = fmt.Sprint("error ", code)
	}
	switch {
	case ctx.Err() != nil:
	case errors.Is(err, whatsmeow.ErrNotInGroup), errors.Is(err, whatsmeow.ErrGroupNotFound), code == 403, code == 404:
		f.Kind = bot.Gone
	case code == 429, errors.Is(err, whatsmeow.ErrIQRateOverLimit):
		f.Kind, f.After = bot.RetryAfter, a.refuse(everybody)
	case code == limitedCode:
		f.Kind, f.After = bot.RetryAfter, a.refuse(to)
	case code >= 400 && code < 500, errors.Is(err, whatsmeow.ErrUnknownServer), errors.Is(err, whatsmeow.ErrRecipientADJID):
		f.Kind = bot.Bug
	}
	return f
}

// reason is what an error is, in words without anybody's address.
func reason(err error) string {
	for _, known := range []error{
		whatsmeow.ErrNotConnected, whatsmeow.ErrNotLoggedIn, whatsmeow.ErrMessageTimedOut, whatsmeow.ErrIQTimedOut,
		whatsmeow.ErrNoSession, whatsmeow.ErrNotInGroup, whatsmeow.ErrGroupNotFound, whatsmeow.ErrUnknownServer,
		context.Canceled, context.DeadlineExceeded,
	} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return fmt.Sprintf("%T", err)
}
