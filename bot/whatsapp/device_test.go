package whatsapp

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestBounded: whoever sends a file does not choose how much memory it takes.
func TestBounded(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for piece := make([]byte, 1<<20); ; {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	}))
	defer server.Close()
	resp, err := (&http.Client{Transport: bounded{http.DefaultTransport}}).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if n, err := io.Copy(io.Discard, resp.Body); err != nil || n != mediaLimit+1 {
		t.Errorf("read %d bytes (%v), not one more than the limit of %d", n, err, mediaLimit)
	}
}
