package whatsapp

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.mau.fi/whatsmeow/types"
)

// PasskeySite is the only address at which a browser uses WhatsApp's passkeys.
const PasskeySite = "https://web.whatsapp.com"

// Challenge is what the passkey that protects an account has to sign.
type Challenge struct {
	// Refused says that WhatsApp did not take the last answer.
	Refused bool
	key     *types.WebAuthnPublicKey
}

// Assertion is the passkey's answer to a Challenge.
type Assertion struct{ response *types.WebAuthnResponse }

// Script is one line of JavaScript for the console of a browser at PasskeySite.
// It asks for the passkey and prints the answer, as JSON.
func (c Challenge) Script() (string, error) {
	type credential struct {
		ID         string   `json:"id"`
		Type       string   `json:"type"`
		Transports []string `json:"transports,omitempty"`
	}
	// Browsers take no null where a list is wanted.
	options := struct {
		Challenge        string       `json:"challenge"`
		Timeout          int          `json:"timeout,omitempty"`
		RPID             string       `json:"rpId,omitempty"`
		AllowCredentials []credential `json:"allowCredentials"`
		UserVerification string       `json:"userVerification,omitempty"`
	}{Challenge: unpadded(c.key.Challenge), Timeout: c.key.Timeout, RPID: c.key.RelyingPartID, UserVerification: c.key.UserVerification, AllowCredentials: []credential{}}
	for _, a := range c.key.AllowCredentials {
		options.AllowCredentials = append(options.AllowCredentials, credential{unpadded(a.ID), a.Type, a.Transports})
	}
	raw, err := json.Marshal(options)
	if err != nil {
		return "", fmt.Errorf("write the passkey's challenge: %w", err)
	}
	return scriptBegin + string(raw) + scriptEnd, nil
}

// In the browser: text to bytes, the question, and bytes to text again.
const (
	scriptBegin = `(async()=>{const b=s=>Uint8Array.from(atob(s.replace(/-/g,'+').replace(/_/g,'/')),c=>c.charCodeAt(0)),` +
		`t=a=>btoa(String.fromCharCode(...new Uint8Array(a))).replace(/\+/g,'-').replace(/\//g,'_').replace(/=+$/,''),o=`
	scriptEnd = `;o.challenge=b(o.challenge);o.allowCredentials.forEach(c=>c.id=b(c.id));` +
		`const c=await navigator.credentials.get({publicKey:o}),r=c.response;` +
		`console.log(JSON.stringify({id:c.id,rawId:t(c.rawId),type:c.type,response:{clientDataJSON:t(r.clientDataJSON),` +
		`authenticatorData:t(r.authenticatorData),signature:t(r.signature),userHandle:r.userHandle?t(r.userHandle):null}}))` +
		`})().catch(e=>console.log('No answer: '+e.message))`
)

func unpadded(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// ErrPartial says that more of the answer must follow.
var ErrPartial = errors.New("the answer is not complete")

// Answer reads what the browser printed. It returns ErrPartial for the beginning
// of an answer; other errors say what was pasted instead, and what to do.
func (c Challenge) Answer(pasted string) (Assertion, error) {
	// Consoles put quotes around text, and people copy them.
	text := strings.Trim(strings.TrimSpace(pasted), "'\"`")
	switch {
	case strings.HasPrefix(text, "No answer"):
		return Assertion{}, errors.New("the browser has no answer: the passkey was not given in time, or is not on this device; run the line again")
	case strings.HasPrefix(text, "(async"):
		return Assertion{}, errors.New("that is the line for the browser; run it there, and paste what it prints")
	case text != "" && text[0] != '{':
		return Assertion{}, errors.New("that is not what the line prints; it begins with { and ends with }")
	}
	var whole json.RawMessage
	err := json.NewDecoder(strings.NewReader(text)).Decode(&whole)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return Assertion{}, ErrPartial
	}
	if err != nil || len(whole) != len(text) {
		return Assertion{}, errors.New("that is not all of what the line prints, or something else came between; copy it again")
	}
	var r types.WebAuthnResponse
	if err := json.Unmarshal(whole, &r); err != nil {
		return Assertion{}, errors.New("that is not a passkey's answer; copy what the line prints, and nothing else")
	}
	var signed struct{ Type, Challenge, Origin string }
	if json.Unmarshal(r.Response.ClientDataJSON, &signed) != nil || len(r.RawID) == 0 || len(r.Response.AuthenticatorData) == 0 || len(r.Response.Signature) == 0 {
		return Assertion{}, errors.New("a part of the passkey's answer is missing; run the line again")
	}
	challenge, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(signed.Challenge, "="))
	switch {
	case signed.Type != "webauthn.get":
		return Assertion{}, errors.New("that is not an answer to a log-in; run the line again")
	case signed.Origin != PasskeySite:
		return Assertion{}, fmt.Errorf("the line was run at another address; open %s and run it there", PasskeySite)
	case err != nil || !bytes.Equal(challenge, c.key.Challenge):
		return Assertion{}, errors.New("that answers an earlier challenge; run the line that is shown now")
	}
	return Assertion{&r}, nil
}
