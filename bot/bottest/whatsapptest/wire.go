package whatsapptest

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"go.mau.fi/whatsmeow"
)

// The variables by which another process finds the server.
const (
	envAddr = "WHATSAPPTEST_ADDR"
	envRoot = "WHATSAPPTEST_ROOT"
)

// mediaHost is the host that clients are told to send files to.
const mediaHost = "mmg.whatsapp.net"

// hosts are WhatsApp's own, which the server stands for.
var hosts = map[string]bool{
	"web.whatsapp.com": true, mediaHost: true, "static.whatsapp.net": true, "pps.whatsapp.net": true,
}

// redirect leads requests for WhatsApp's hosts to a server and refuses others.
type redirect struct {
	addr    string
	rt      http.RoundTripper
	refused func(host string)
}

func (r *redirect) RoundTrip(req *http.Request) (*http.Response, error) {
	if !hosts[req.URL.Host] {
		if r.refused != nil {
			r.refused(req.URL.Host)
		}
		return nil, fmt.Errorf("whatsapptest: refuse to reach %s", req.URL.Host)
	}
	out := req.Clone(req.Context())
	out.Host = req.URL.Host
	out.URL.Scheme, out.URL.Host = "http", r.addr
	return r.rt.RoundTrip(out)
}

// HTTPClient returns a client whose requests to WhatsApp's hosts go to the
// server. It refuses every other host, which is also a violation.
func (s *Server) HTTPClient() *http.Client {
	return &http.Client{Transport: &redirect{s.Addr, s.transport, func(host string) {
		s.violate(nil, "http", "reaches out to "+host, nil)
	}}}
}

// Wire makes a client speak to this server and to nobody else. It must not be
// connected yet.
func (s *Server) Wire(cli *whatsmeow.Client) { wire(cli, s.HTTPClient()) }

func wire(cli *whatsmeow.Client, h *http.Client) {
	cli.SetWebsocketHTTPClient(h)
	cli.SetPreLoginHTTPClient(h)
	cli.SetMediaHTTPClient(h)
}

// Settle waits until a client and the server agree whether they are connected.
// After a cut it must be called before Disconnect, which races inside whatsmeow
// against the end of the connection from the other side.
func (s *Server) Settle(cli *whatsmeow.Client) {
	key := *cli.Store.NoiseKey.Pub
	until := time.Now().Add(3 * time.Second)
	for agreed := 0; agreed < 10 && time.Now().Before(until); time.Sleep(2 * time.Millisecond) {
		here, there := cli.IsConnected(), s.connected(key)
		switch {
		case here && there:
			return
		case here == there: // the client may still be tidying up
			agreed++
		default:
			agreed = 0
		}
	}
}

// connected reports whether there is a connection of the client with that key
// that the server is not about to end.
func (s *Server) connected(key [32]byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if c.key == key {
			return true
		}
	}
	return false
}

// Env returns the variables, as "name=value", by which FromEnv finds the server
// in another process.
func (s *Server) Env() []string {
	return []string{envAddr + "=" + s.Addr, envRoot + "=" + hex.EncodeToString(s.authority.root.Pub[:])}
}

// FromEnv is for a program that a test runs as a process of its own. It makes
// the process trust the server that the variables of Env name, and returns what
// Wire is in the test's process. It must be called before any client connects.
func FromEnv() (wireUp func(*whatsmeow.Client), err error) {
	addr, root := os.Getenv(envAddr), os.Getenv(envRoot)
	key, err := hex.DecodeString(root)
	if err != nil || len(key) != 32 {
		return nil, errors.New("whatsapptest: " + envRoot + " is no key")
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil || !net.ParseIP(host).IsLoopback() {
		return nil, errors.New("whatsapptest: " + envAddr + " is no loopback address")
	}
	if err := trust([32]byte(key)); err != nil {
		return nil, err
	}
	h := &http.Client{Transport: &redirect{addr: addr, rt: &http.Transport{}}}
	return func(cli *whatsmeow.Client) { wire(cli, h) }, nil
}
