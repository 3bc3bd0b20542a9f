package whatsapp

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	signallog "go.mau.fi/libsignal/logger"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCompanionReg"
	wastore "go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	waLog "go.mau.fi/whatsmeow/util/log"
)

// ErrUnpaired says that no account is linked yet.
var ErrUnpaired = errors.New("no WhatsApp account is linked; run: netra whatsapp pair")

// Device is the linked device in the database, linked or not yet.
type Device struct {
	db  *sql.DB
	cli *whatsmeow.Client
}

// Wiring gets the client of a device before it is used: tests lead it to a
// server of their own.
type Wiring = func(*whatsmeow.Client)

// Open opens the device. db is the encrypted database; whatsmeow brings its
// tables up to date. wire may be nil.
//
// whatsmeow's own log is dropped: it names people.
func Open(ctx context.Context, db *sql.DB, wire Wiring) (*Device, error) {
	describe()
	tables := sqlstore.NewWithDB(db, "sqlite3", waLog.Noop)
	if err := tables.Upgrade(ctx); err != nil {
		return nil, fmt.Errorf("open WhatsApp device: %w", err)
	}
	if _, err := db.ExecContext(ctx, "DROP TABLE IF EXISTS netra_whatsapp_people; "+chats); err != nil { // which chats replaced
		return nil, fmt.Errorf("open WhatsApp device: %w", err)
	}
	stored, err := tables.GetFirstDevice(ctx)
	if err != nil {
		return nil, fmt.Errorf("open WhatsApp device: %w", err)
	}
	cli := whatsmeow.NewClient(stored, waLog.Noop)
	cli.SetMediaHTTPClient(&http.Client{Transport: bounded{http.DefaultTransport}})
	if wire != nil {
		wire(cli)
	}
	return &Device{db, cli}, nil
}

// describe says what the phone lists among its linked devices. Nothing of the
// phone's earlier chats is asked for, and what comes is not opened. It also
// silences the library under whatsmeow, which prints to the terminal.
var describe = sync.OnceFunc(func() {
	var quiet signallog.Loggable = silent{}
	signallog.Setup(&quiet)
	name := "Netra"
	wastore.DeviceProps.Os = &name
	wastore.DeviceProps.PlatformType = waCompanionReg.DeviceProps_DESKTOP.Enum()
	no := false
	wastore.DeviceProps.RequireFullSync = &no
})

type silent struct{}

func (silent) Debug(string, string)   {}
func (silent) Info(string, string)    {}
func (silent) Warning(string, string) {}
func (silent) Error(string, string)   {}
func (silent) Configure(string)       {}

// Paired reports whether an account is linked.
func (d *Device) Paired() bool { return d.cli.Store.ID != nil }

// mediaLimit is the largest body of a media server that is read: the largest
// file, and what encryption adds.
const mediaLimit = 20<<20 + 1<<10

// bounded ends answers that are longer than any file we take: whatsmeow reads
// them whole, whatever their sender said of their size.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(q *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(q)
	if err == nil && q.Method == http.MethodGet {
		resp.Body = limited{io.LimitReader(resp.Body, mediaLimit+1), resp.Body}
	}
	return resp, err
}

type limited struct {
	io.Reader
	io.Closer
}
