package whatsapp_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/netralitas/netra/bot/bottest"
)

// baileys is WhatsApp where the clients of reporters are Baileys.
type baileys struct {
	*bottest.WhatsApp
	t         *testing.T
	reporters []*companion
}

// Reporter implements bottest.Platform.
func (b *baileys) Reporter(string) bottest.Reporter {
	c := newCompanion(b.t, b.WhatsApp, "testdata/baileys/client.mjs")
	b.reporters = append(b.reporters, c)
	return c
}

// TestBaileys has clients that share no line with whatsmeow at both ends of our
// bot: one reports, one reads along in the supervisors' group. The bot, all other
// people and the server's idea of the protocol come from whatsmeow, so what they
// agree on could be wrong together; linking, sessions, the keys of a group,
// receipts and files must be right for somebody else, too.
func TestBaileys(t *testing.T) {
	node(t)
	bottest.NodeModules(t, "testdata/baileys")
	began := time.Now()
	p := &baileys{WhatsApp: bottest.NewWhatsApp(t), t: t}
	supervisor := newCompanion(t, p.WhatsApp, "testdata/baileys/client.mjs")
	p.Desk.Add(supervisor.Person)

	bottest.Report(t, p)

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	want := p.Group() // as a supervisor with whatsmeow has it
	got, err := supervisor.Posts(ctx, len(want))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("in the group Baileys reads\n%+v\nwant\n%+v\nerror: %v", got, want, err)
	}
	reporter := p.reporters[0]
	for _, c := range []*companion{reporter, supervisor} {
		if n := len(c.Person.Devices()); n != 1 {
			t.Errorf("%d devices are linked, want 1", n)
		}
		for c.Person.Queued() > 0 {
			if ctx.Err() != nil {
				t.Fatalf("%d stanzas are not acknowledged", c.Person.Queued())
			}
			time.Sleep(time.Millisecond)
		}
	}
	read, err := reporter.Posts(ctx, 0)
	must(t, err) // no fault until now
	p.Check()
	t.Logf("Baileys ran, on Node %s: a reporter sent %d messages and read %d, a supervisor read %d, in %.1f s",
		reporter.Node, reporter.Person.Counts()["message"], len(read), len(got), time.Since(began).Seconds())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
