package whatsapp

import (
	"encoding/json"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// TestLocationIsNotKept: what goes on from the decoder, and may wait in the
// inbox, says which regions are around, and not where the phone was.
func TestLocationIsNotKept(t *testing.T) {
	for _, w := range []*waE2E.Message{
		{LocationMessage: &waE2E.LocationMessage{DegreesLatitude: proto.Float64(-6.364912), DegreesLongitude: proto.Float64(107.173245), Name: proto.String("Kantor")}},
		{LiveLocationMessage: &waE2E.LiveLocationMessage{DegreesLatitude: proto.Float64(-6.364912), DegreesLongitude: proto.Float64(107.173245)}},
	} {
		m, ok := decode(&events.Message{Info: types.MessageInfo{ID: "A1"}, Message: w}, types.NewJID("1", types.HiddenUserServer))
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
