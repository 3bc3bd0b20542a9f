package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/bot/telegram"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/election"
	"github.com/netralitas/netra/locales"
	"github.com/netralitas/netra/store/redis"
)

// config is everything that can be chosen. It is read and refused once, before
// anything starts.
type config struct {
	TelegramToken, TelegramAPI, TelegramWebhook string
	TelegramRate, TelegramGroupRate             int
	WhatsApp                                    bool
	WhatsAppRate                                int
	Routes                                      intake.Routes
	RoutesFile                                  string
	Elections                                   election.Calendar
	RedisURL                                    string
	Data, Keys, Listen                          string
	Log                                         zerolog.Level
	LogFormat                                   string
	SessionTTL, Retention                       time.Duration
	KeepEvidence, KeepReturn, KeepIdentity      time.Duration
	KeepRequests                                time.Duration
	Delay                                       window
	Limits                                      bot.Limits
	MostReports, MostFiles                      int
	Reminder                                    time.Duration
	Operator, Contact, Alarm                    string
	Own                                         locales.Own
}

// setting is one variable, which is also a flag.
type setting struct {
	env, initial, help string
	set                func(c *config, value string) error
}

func (s setting) flag() string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(s.env, "NETRA_")), "_", "-")
}

var token = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`)

// noContact stands in the consent text when the operator names no contact.
const noContact = "-"

// settings in the order in which they are listed.
var settings = []setting{
	{"NETRA_TELEGRAM_TOKEN", "", "bot token from @BotFather", func(c *config, v string) error {
		c.TelegramToken = v
		if v != "" && !token.MatchString(v) {
			return errors.New("is not a bot token; @BotFather gives one like 123456:ABC-def")
		}
		return nil
	}},
	{"NETRA_TELEGRAM_API", telegram.DefaultAPI, "Bot API server", func(c *config, v string) error {
		c.TelegramAPI = v
		return httpURL(v, "http", "https")
	}},
	{"NETRA_TELEGRAM_WEBHOOK", "", "public https address for updates; empty: long polling", func(c *config, v string) error {
		if c.TelegramWebhook = v; v == "" {
			return nil
		}
		if strings.ContainsAny(v, "{}") {
			return errors.New("has braces in it; choose another path")
		}
		// Telegram itself takes only https; a local Bot API server also http.
		return httpURL(v, "http", "https")
	}},
	{"NETRA_TELEGRAM_RATE", "", "messages a second overall, 0 for no limit of our own; empty: 30 with Telegram's own server, else 0", func(c *config, v string) error {
		if c.TelegramRate = telegram.PublicLimits.Overall; v == "" {
			if c.TelegramAPI != telegram.DefaultAPI {
				c.TelegramRate = 0
			}
			return nil
		}
		return number(&c.TelegramRate, v, 0, 1000)
	}},
	{"NETRA_TELEGRAM_GROUP_RATE", "20", "messages a minute in a group", func(c *config, v string) error {
		return number(&c.TelegramGroupRate, v, 1, 100_000)
	}},
	{"NETRA_WHATSAPP", "off", "on: serve the WhatsApp account that netra whatsapp pair has linked", func(c *config, v string) error {
		if c.WhatsApp = v == "on"; v != "on" && v != "off" {
			return errors.New("is neither on nor off")
		}
		return nil
	}},
	{"NETRA_WHATSAPP_RATE", "20", "messages a second overall on WhatsApp, 0 for no limit of our own", func(c *config, v string) error {
		return number(&c.WhatsAppRate, v, 0, 1000)
	}},
	{"NETRA_INTAKE", "", "address that gets every report, like telegram:-1001234567890", func(c *config, v string) error {
		if v != "" {
			c.Routes = intake.One(v)
		}
		return nil
	}},
	{"NETRA_ROUTES", "", "routes file (TOML) for more than one intake", func(c *config, v string) error {
		if v == "" {
			return nil
		}
		if c.Routes != nil {
			return errors.New("is set beside NETRA_INTAKE; choose one of them")
		}
		rs, err := intake.ReadRoutes(v)
		c.Routes, c.RoutesFile = rs, v
		return err
	}},
	{"NETRA_ELECTION", "", "election file (TOML): stages by region; empty: cards say that none is set", func(c *config, v string) (err error) {
		if v != "" {
			c.Elections, err = readElections(v)
		}
		return err
	}},
	{"NETRA_REDIS_URL", "", "Redis for sessions: redis://, rediss://, redis+sentinel://, redis+cluster://; empty: embedded", func(c *config, v string) error {
		if c.RedisURL = v; v == "" {
			return nil
		}
		return redis.CheckURL(v)
	}},
	{"NETRA_DATABASE_URL", "", "PostgreSQL is for a later version; empty: SQLite in the data folder", func(_ *config, v string) error {
		if v != "" {
			return errors.New("must be empty: this version keeps cases in the embedded database only")
		}
		return nil
	}},
	{"NETRA_DATA", "./data", "data folder, made with mode 0700", func(c *config, v string) error {
		c.Data = v
		return nil
	}},
	{"NETRA_KEYS", "", "keyset file, made with mode 0600; empty: keys.json in the data folder", func(c *config, v string) error {
		if c.Keys = v; v == "" {
			c.Keys = filepath.Join(c.Data, "keys.json")
		}
		return nil
	}},
	{"NETRA_LISTEN", "127.0.0.1:8080", "address of webhook, /healthz, /readyz and /metrics", func(c *config, v string) error {
		c.Listen = v
		if _, _, err := net.SplitHostPort(v); err != nil {
			return errors.New("is not host:port, like 127.0.0.1:8080")
		}
		return nil
	}},
	{"NETRA_LOG", "info", "level: debug, info, warn, error", func(c *config, v string) (err error) {
		if c.Log, err = zerolog.ParseLevel(v); err != nil || v == "" {
			return errors.New("is none of debug, info, warn, error")
		}
		return nil
	}},
	{"NETRA_LOG_FORMAT", "json", "json or console", func(c *config, v string) error {
		if c.LogFormat = v; v != "json" && v != "console" {
			return errors.New("is neither json nor console")
		}
		return nil
	}},
	{"NETRA_SESSION_TTL", "24h", "how long an unfinished report waits, and evidence can be added; at least 24h, which reporters are told", func(c *config, v string) error {
		return duration(&c.SessionTTL, v)
	}},
	{"NETRA_RETENTION", "2160h", "how long a delivered case is kept (2160h is 90 days)", func(c *config, v string) error {
		return duration(&c.Retention, v)
	}},
	{"NETRA_RETENTION_EVIDENCE", "720h", "how long the evidence of a delivered case is kept", func(c *config, v string) error {
		return duration(&c.KeepEvidence, v)
	}},
	{"NETRA_RETENTION_IDENTITY", "2160h", "how long the identity of a named reporter is kept", func(c *config, v string) error {
		return duration(&c.KeepIdentity, v)
	}},
	{"NETRA_RETENTION_RETURN", "2160h", "how long the way back to a reporter is kept", func(c *config, v string) error {
		return duration(&c.KeepReturn, v)
	}},
	{"NETRA_RETENTION_REQUESTS", "8760h", "how long it is kept that somebody asked for their data (8760h is a year)", func(c *config, v string) error {
		return duration(&c.KeepRequests, v)
	}},
	{"NETRA_PRESSURE_DELAY", "30m-6h", "when reports of pressure are handed over: at a random time between these after they were sent; 0-0: at once", func(c *config, v string) (err error) {
		c.Delay, err = readWindow(v)
		return err
	}},
	{"NETRA_LIMIT_MESSAGES", "60", "messages a minute that one reporter may send before the one before is answered; 0: no limit", func(c *config, v string) error {
		return number(&c.Limits.Messages, v, 0, 100_000)
	}},
	{"NETRA_LIMIT_WAITING", "1024", "messages that may wait before those who only begin must; 0: no limit", func(c *config, v string) error {
		return number(&c.Limits.Waiting, v, 0, 100_000)
	}},
	{"NETRA_LIMIT_REPORTS", "20", "reports a day that one reporter may send; 0: no limit", func(c *config, v string) error {
		return number(&c.MostReports, v, 0, 1000)
	}},
	{"NETRA_LIMIT_FILES", "100", "files a day that one reporter may send, at most 10 a report; 0: no limit", func(c *config, v string) error {
		return number(&c.MostFiles, v, 0, 10_000)
	}},
	{"NETRA_REMINDER", "off", "tell a citizen once, in neutral words, that a draft waits, after this long; off: never", func(c *config, v string) error {
		if v == "off" {
			return nil
		}
		d, err := time.ParseDuration(v)
		if c.Reminder = d; err != nil || d < time.Minute || d > 24*time.Hour {
			return errors.New("is neither off nor a duration from 1m to 24h, like 3h")
		}
		return nil
	}},
	{"NETRA_OPERATOR", "Netra", "who runs this bot, named in the consent text", func(c *config, v string) error {
		c.Operator = v
		return nil
	}},
	{"NETRA_CONTACT", noContact, "how to reach the operator, named in the consent text", func(c *config, v string) error {
		c.Contact = v
		return nil
	}},
	{"NETRA_LOCALES", "", "folder with words of your own, which stand in place of Netra's: id.toml, en.toml, …", func(c *config, v string) (err error) {
		if v != "" {
			c.Own, err = locales.ReadOwn(v)
		}
		return err
	}},
	{"NETRA_ALARM", "", "address that gets the operator's alarms, like telegram:123456789; empty: log only", func(c *config, v string) error {
		if c.Alarm = v; v != "" && !intake.Address.MatchString(v) {
			return errors.New("is not like telegram:123456789 or whatsapp:120363000000000000@g.us")
		}
		return nil
	}},
}

// parse reads flags and environment; flags win. It returns every mistake at
// once, each with how to mend it.
func parse(p program, name string, args []string) (config, *flag.FlagSet, error) {
	fs := flag.NewFlagSet("netra "+name, flag.ContinueOnError)
	fs.SetOutput(p.out)
	values := make([]*string, len(settings))
	for i, s := range settings {
		values[i] = fs.String(s.flag(), "", s.help)
	}
	fs.Usage = func() {
		fmt.Fprintf(p.out, "Usage: netra %s [flags]\n\nEvery flag is also an environment variable; flags win.\n\n", name)
		for _, s := range settings {
			initial := ""
			if s.initial != "" {
				initial = " (default " + s.initial + ")"
			}
			fmt.Fprintf(p.out, "  --%-20s %-26s %s%s\n", s.flag(), s.env, s.help, initial)
		}
	}
	if name == "doctor" {
		fs.Bool("health", false, "ask the running bot's /healthz")
	}
	if err := fs.Parse(args); err != nil {
		return config{}, fs, err
	}
	if fs.NArg() > 0 {
		return config{}, fs, fmt.Errorf("%s takes no argument %q", name, fs.Arg(0))
	}
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	var c config
	var errs []error
	for i, s := range settings {
		v := s.initial
		if given[s.flag()] {
			v = *values[i]
		} else if e := strings.TrimSpace(p.env(s.env)); e != "" {
			v = e
		}
		if err := s.set(&c, v); err != nil {
			errs = append(errs, fmt.Errorf("%s %w", s.env, err))
		}
	}
	return c, fs, errors.Join(errs...)
}

// complete finds what is missing for serving.
func (c config) complete() error {
	var errs []error
	if c.TelegramToken == "" && !c.WhatsApp {
		errs = append(errs, errors.New("NETRA_TELEGRAM_TOKEN is empty and NETRA_WHATSAPP is off; without a channel nobody can report: ask @BotFather for a token"))
	}
	if len(c.Routes) == 0 {
		errs = append(errs, errors.New("NETRA_INTAKE is empty; name the supervisors' group, like telegram:-1001234567890, or a NETRA_ROUTES file"))
	} else if err := c.Routes.Validate(flowIDs()); err != nil {
		errs = append(errs, err)
	}
	served := map[string]bool{"telegram": c.TelegramToken != "", "whatsapp": c.WhatsApp}
	if alarm := intake.One(c.Alarm)[0]; c.Alarm != "" && !served[alarm.Channel()] {
		errs = append(errs, fmt.Errorf("NETRA_ALARM is on %s, which is not served: alarms would reach nobody", alarm.Channel()))
	}
	for _, k := range []struct {
		name string
		time time.Duration
	}{{"EVIDENCE", c.KeepEvidence}, {"IDENTITY", c.KeepIdentity}, {"RETURN", c.KeepReturn}} {
		if k.time > c.Retention {
			errs = append(errs, fmt.Errorf("NETRA_RETENTION_%s is longer than NETRA_RETENTION, with which the whole case goes", k.name))
		}
	}
	for _, r := range c.Routes {
		if on, known := served[r.Channel()]; known && !on {
			errs = append(errs, fmt.Errorf("intake %q is on %s, which is not served: set its token, or NETRA_WHATSAPP=on", r.Name, r.Channel()))
		}
	}
	return errors.Join(errs...)
}

func flowIDs() []string {
	var ids []string
	for _, f := range flows.All {
		ids = append(ids, string(f.ID))
	}
	return ids
}

func httpURL(v string, schemes ...string) error {
	u, err := url.Parse(v)
	if err == nil && u.Host != "" {
		for _, s := range schemes {
			if u.Scheme == s {
				return nil
			}
		}
	}
	return errors.New("is not an address like https://example.org")
}

func number(to *int, v string, from, until int) error {
	n, err := strconv.Atoi(v)
	if *to = n; err != nil || n < from || n > until {
		return fmt.Errorf("is not a whole number from %d to %d", from, until)
	}
	return nil
}

func duration(to *time.Duration, v string) error {
	d, err := time.ParseDuration(v)
	if *to = d; err != nil || d < 24*time.Hour {
		return errors.New("is not a duration of at least 24h, like 48h")
	}
	return nil
}
