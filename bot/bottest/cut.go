package bottest

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// ErrCut is what a cut operation returns.
var ErrCut = errors.New("cut here")

// Knife cuts one operation of the real stores behind it: before it takes
// effect, or after. It counts operations, so that a test can cut each in turn.
type Knife struct {
	mu    sync.Mutex
	n     int
	at    int
	after bool
}

// Set makes the n-th operation from now on fail, counted from 1; 0 cuts
// nothing. after lets it take effect first.
func (k *Knife) Set(n int, after bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.n, k.at, k.after = 0, n, after
}

// Count is how many operations there were since Set.
func (k *Knife) Count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.n
}

// Cut runs an operation unless it is to be cut.
func (k *Knife) Cut(op func() error) error {
	k.mu.Lock()
	k.n++
	hit, after := k.n == k.at, k.after
	k.mu.Unlock()
	if hit && !after {
		return ErrCut
	}
	err := op()
	if hit {
		return ErrCut
	}
	return err
}

// Sessions is a store.Sessions under the knife.
type Sessions struct {
	store.Sessions
	Knife *Knife
}

// Load implements store.Sessions.
func (c Sessions) Load(ctx context.Context, who store.Reporter) (s store.Saved, err error) {
	err = c.Knife.Cut(func() (err error) { s, err = c.Sessions.Load(ctx, who); return })
	return s, err
}

// Save implements store.Sessions.
func (c Sessions) Save(ctx context.Context, who store.Reporter, s flows.Session, version uint64) (v uint64, err error) {
	err = c.Knife.Cut(func() (err error) { v, err = c.Sessions.Save(ctx, who, s, version); return })
	return v, err
}

// SetPrompt implements store.Sessions.
func (c Sessions) SetPrompt(ctx context.Context, who store.Reporter, prompt string) error {
	return c.Knife.Cut(func() error { return c.Sessions.SetPrompt(ctx, who, prompt) })
}

// Cases is a store.Cases under the knife.
type Cases struct {
	store.Cases
	Knife *Knife
}

// Open implements store.Cases.
func (c Cases) Open(ctx context.Context, k store.Case) error {
	return c.Knife.Cut(func() error { return c.Cases.Open(ctx, k) })
}

// Add implements store.Cases.
func (c Cases) Add(ctx context.Context, id flows.ReportID, e store.Event, due time.Time) (ok bool, err error) {
	err = c.Knife.Cut(func() (err error) { ok, err = c.Cases.Add(ctx, id, e, due); return })
	return ok, err
}

// Claim implements store.Cases.
func (c Cases) Claim(ctx context.Context, intake string, now time.Time, lease time.Duration) (d store.Delivery, ok bool, err error) {
	err = c.Knife.Cut(func() (err error) { d, ok, err = c.Cases.Claim(ctx, intake, now, lease); return })
	return d, ok && err == nil, err
}

// Progress implements store.Cases.
func (c Cases) Progress(ctx context.Context, d store.Delivery) error {
	return c.Knife.Cut(func() error { return c.Cases.Progress(ctx, d) })
}

// Settle implements store.Cases.
func (c Cases) Settle(ctx context.Context, d store.Delivery) error {
	return c.Knife.Cut(func() error { return c.Cases.Settle(ctx, d) })
}

// Release implements store.Cases.
func (c Cases) Release(ctx context.Context, d store.Delivery, due time.Time) error {
	return c.Knife.Cut(func() error { return c.Cases.Release(ctx, d, due) })
}

// Forget implements store.Cases.
func (c Cases) Forget(ctx context.Context, id flows.ReportID) error {
	return c.Knife.Cut(func() error { return c.Cases.Forget(ctx, id) })
}

// Registry is a store.Registry under the knife.
type Registry struct {
	store.Registry
	Knife *Knife
}

// Find implements store.Registry.
func (c Registry) Find(ctx context.Context, ticket string) (k store.Case, ok bool, err error) {
	err = c.Knife.Cut(func() (err error) { k, ok, err = c.Registry.Find(ctx, ticket); return })
	return k, ok, err
}

// OfCard implements store.Registry.
func (c Registry) OfCard(ctx context.Context, intake, card string) (k store.Case, ok bool, err error) {
	err = c.Knife.Cut(func() (err error) { k, ok, err = c.Registry.OfCard(ctx, intake, card); return })
	return k, ok, err
}

// Drop implements store.Registry.
func (c Registry) Drop(ctx context.Context, id flows.ReportID, p store.Part) error {
	return c.Knife.Cut(func() error { return c.Registry.Drop(ctx, id, p) })
}

// Guard is a store.Guard under the knife.
type Guard struct {
	store.Guard
	Knife *Knife
}

// Try implements store.Guard.
func (c Guard) Try(ctx context.Context, keys []string, now time.Time) (wait time.Duration, err error) {
	err = c.Knife.Cut(func() (err error) { wait, err = c.Guard.Try(ctx, keys, now); return })
	return wait, err
}

// Right implements store.Guard.
func (c Guard) Right(ctx context.Context, keys []string) error {
	return c.Knife.Cut(func() error { return c.Guard.Right(ctx, keys) })
}

// Requests is a store.Requests under the knife.
type Requests struct {
	store.Requests
	Knife *Knife
}

// Log implements store.Requests.
func (c Requests) Log(ctx context.Context, r store.Request) error {
	return c.Knife.Cut(func() error { return c.Requests.Log(ctx, r) })
}

// Inbox is a store.Inbox under the knife.
type Inbox struct {
	store.Inbox
	Knife *Knife
}

// Put implements store.Inbox.
func (c Inbox) Put(ctx context.Context, batch []store.Received) error {
	return c.Knife.Cut(func() error { return c.Inbox.Put(ctx, batch) })
}

// Done implements store.Inbox.
func (c Inbox) Done(ctx context.Context, channel string, ids []string) error {
	return c.Knife.Cut(func() error { return c.Inbox.Done(ctx, channel, ids) })
}

// Vault is a store.Vault under the knife.
type Vault struct {
	store.Vault
	Knife *Knife
}

// Keep implements store.Vault.
func (c Vault) Keep(ctx context.Context, id flows.ReportID, r io.Reader, limit int64) (f flows.File, err error) {
	err = c.Knife.Cut(func() (err error) { f, err = c.Vault.Keep(ctx, id, r, limit); return })
	return f, err
}

// Copy implements store.Vault.
func (c Vault) Copy(ctx context.Context, id flows.ReportID, f flows.File) (r io.ReadCloser, err error) {
	err = c.Knife.Cut(func() (err error) { r, err = c.Vault.Copy(ctx, id, f); return })
	if err != nil && r != nil {
		r.Close()
	}
	return r, err
}

// Touch implements store.Vault.
func (c Vault) Touch(ctx context.Context, id flows.ReportID) error {
	return c.Knife.Cut(func() error { return c.Vault.Touch(ctx, id) })
}

// Remove implements store.Vault.
func (c Vault) Remove(ctx context.Context, id flows.ReportID, f flows.File) error {
	return c.Knife.Cut(func() error { return c.Vault.Remove(ctx, id, f) })
}

// Discard implements store.Vault.
func (c Vault) Discard(ctx context.Context, id flows.ReportID) error {
	return c.Knife.Cut(func() error { return c.Vault.Discard(ctx, id) })
}
