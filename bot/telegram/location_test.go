package telegram

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// TestLocationIsNotKept: what goes on from the decoder, and may wait in the
// inbox, says which regions are around, and not where the phone was.
func TestLocationIsNotKept(t *testing.T) {
	for _, raw := range []string{
		`{"message":{"message_id":7,"chat":{"id":1,"type":"private"},"from":{"id":1},"location":{"latitude":-6.364912,"longitude":107.173245}}}`,
		`{"message":{"message_id":7,"chat":{"id":1,"type":"private"},"from":{"id":1},"location":{"latitude":-6.364912,"longitude":107.173245},"venue":{"title":"Kantor","location":{"latitude":-6.364912,"longitude":107.173245}}}}`,
	} {
		var u update
		if err := json.Unmarshal([]byte(raw), &u); err != nil {
			t.Fatal(err)
		}
		m, ok := decode(u, time.Unix(0, 0))
		if !ok || !m.Location || len(m.Near) == 0 || m.Near[0] != "32.16" {
			t.Errorf("%+v", m)
		}
		kept, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		for _, canary := range []string{"107.17", "6.36", "Kantor"} {
			if strings.Contains(string(kept), canary) {
				t.Errorf("%s is kept in %s", canary, kept)
			}
		}
	}
}
