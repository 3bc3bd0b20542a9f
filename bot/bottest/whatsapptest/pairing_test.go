package whatsapptest

import (
	"encoding/json"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

func TestPairByQR(t *testing.T) {
	s := newServer(t)
	b := newBot(t, s)
	if got := b.acct.Devices(); len(got) != 1 || got[0] != *b.Store.ID {
		t.Errorf("devices %v, the client is %v", got, b.Store.ID)
	}
	must(t, b.Logout(t.Context()))
	if got := b.acct.Devices(); len(got) != 0 {
		t.Errorf("devices after logout: %v", got)
	}
	s.clean(t)
}

func TestPairByCode(t *testing.T) {
	s := newServer(t)
	b := client(t, s, s.NewAccount(""), newMemory(0))
	must(t, b.Connect())
	next[*events.QR](b)
	if _, err := b.PairPhone(t.Context(), b.acct.PN.User, true, whatsmeow.PairClientChrome, "netra"); err == nil {
		t.Error("a display name that is no browser is accepted")
	}
	if !hasViolation(s, "display name") {
		t.Error("and it is no violation")
	}
	code, err := b.PairPhone(t.Context(), "+"+b.acct.PN.User, true, whatsmeow.PairClientChrome, "Chrome (Linux)")
	must(t, err)
	must(t, b.acct.EnterCode(code))
	next[*events.PairSuccess](b)
	next[*events.Connected](b)
}

func TestPairByPasskey(t *testing.T) {
	s := newServer(t)
	b := client(t, s, s.NewAccountWith(AccountOptions{Passkey: true}), newMemory(0))
	must(t, b.Connect())
	qr := next[*events.QR](b).Codes[2] // any of them
	scanned := make(chan error, 1)
	go func() { scanned <- b.acct.Scan(qr) }()
	ask := next[*events.PairPasskeyRequest](b)
	data, err := json.Marshal(map[string]any{"type": "webauthn.get", "challenge": ask.PublicKey.Challenge, "origin": "https://web.whatsapp.com"})
	must(t, err)
	must(t, b.SendPasskeyResponse(t.Context(), &types.WebAuthnResponse{ID: "eA", RawID: []byte("x"), Type: "public-key", Response: types.WebAuthnResponseData{
		ClientDataJSON: data, AuthenticatorData: []byte("a"), Signature: []byte("s"),
	}}))
	confirm := next[*events.PairPasskeyConfirmation](b)
	if code := b.acct.PasskeyCode(); code != confirm.Code {
		t.Errorf("the phone shows %q and the client %q", code, confirm.Code)
	}
	must(t, b.SendPasskeyConfirmation(t.Context()))
	must(t, <-scanned)
	next[*events.PairSuccess](b)
	next[*events.Connected](b)
	s.clean(t)
}

func TestPairAgain(t *testing.T) {
	s := newServer(t)
	b := newBot(t, s)
	u := s.NewUser("")
	u.Chat(b.acct).Say("pertama")
	m := b.hear("pertama")
	b.acct.Unlink()
	next[*events.LoggedOut](b)
	again := client(t, s, b.acct, newMemory(0))
	again.pair()
	u.Chat(b.acct).Say("kedua") // its phone was told of the new device
	again.hear("kedua")
	again.say(m.Info.Chat, "jawaban")
	sees(t, u.Chat(b.acct), "jawaban")
	s.clean(t)
}
