package webhook_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/bot/webhook"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/locales"
	"github.com/netralitas/netra/store"
)

// event is one as a receiver reads it.
type event struct {
	Version string          `json:"specversion"`
	ID      string          `json:"id"`
	Source  string          `json:"source"`
	Type    string          `json:"type"`
	Subject string          `json:"subject"`
	Time    string          `json:"time"`
	Name    string          `json:"filename"`
	Data    json.RawMessage `json:"data"`
	File    []byte          `json:"data_base64"`
	raw     string
}

// receiver is somebody's intake: it verifies by a library that is not ours, and
// answers each event the first time with an error.
type receiver struct {
	*httptest.Server
	t      *testing.T
	hook   *standardwebhooks.Webhook
	mu     sync.Mutex
	tried  map[string]bool
	got    []event
	status int // of the first answer to each
	calls  int
}

func newReceiver(t *testing.T, status int) *receiver {
	hook, err := standardwebhooks.NewWebhook(secret(1))
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{t: t, hook: hook, tried: map[string]bool{}, status: status}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	var e event
	if err != nil || json.Unmarshal(body, &e) != nil || r.hook.Verify(body, q.Header) != nil || e.Version != "1.0" || e.ID == "" || e.ID != q.Header.Get("webhook-id") || e.Source == "" || e.Type == "" {
		r.t.Errorf("an event that no receiver would take: %s", body)
	}
	e.raw = string(body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	if !r.tried[e.ID] && r.status != 0 {
		r.tried[e.ID] = true
		w.WriteHeader(r.status)
		return
	}
	r.got = append(r.got, e)
}

func (r *receiver) events() []event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

func (r *receiver) route(name, body string, sees intake.Sight, regions ...string) intake.Route {
	return intake.Route{Name: name, Address: r.URL + "/kenari-jalur", Secret: secret(1), Private: true, Body: body, Sees: sees, Regions: regions}
}

// only is the one event of a type about a case.
func only(t *testing.T, all []event, kind, ticket string) (e event, data map[string]any) {
	t.Helper()
	n := 0
	for _, x := range all {
		if x.Type == kind && x.Subject == ticket {
			e, n = x, n+1
		}
	}
	if n != 1 {
		t.Fatalf("%d events %s of %s, want 1", n, kind, ticket)
	}
	if e.Data != nil {
		if err := json.Unmarshal(e.Data, &data); err != nil {
			t.Fatal(err)
		}
	}
	return e, data
}

// TestIntake: a report reaches intakes that are a URL, each event once although
// each was refused once and the bot was started again, and each only what it may
// see. A canary search ends it.
func TestIntake(t *testing.T) {
	ctx := t.Context()
	p, s := bottest.NewTelegram(t), bottest.NewStack(t)
	full, brief := newReceiver(t, http.StatusInternalServerError), newReceiver(t, http.StatusServiceUnavailable)
	s.Routes = intake.Routes{
		full.route("sistem-bawaslu", "bawaslu", intake.Full),
		brief.route("sistem-inspektorat", "inspektorat", intake.Summary, "61.11"),
		{Name: "bkn", Address: p.Intake(), Body: "bkn"},
	}
	ch, receive := p.Connect()
	process := s.Start(ch, "", receive)
	reporter := p.Reporter("id").(bottest.Person)
	talk := func(reporter bottest.Reporter, script []bottest.Line) (code, pin string) {
		t.Helper()
		if err := bottest.Talk(ctx, reporter, s.Words, "id", bottest.Picture(), script); err != nil {
			t.Fatal(err)
		}
		return bottest.Receipt(reporter.Chat())
	}
	code, pin := talk(reporter, bottest.Citizen)
	s.Quiet(ctx)
	process.Stop()
	ch, receive = p.Connect()
	s.Start(ch, "", receive)
	if err := reporter.See(ctx, bottest.Words(s.Words, "id", "case.delivered"), ""); err != nil {
		t.Errorf("the reporter is not told: %v", err)
	}

	e, data := only(t, full.events(), intake.TypeOpened, code)
	card, _ := data["card"].(string)
	for _, want := range []string{bottest.CanaryPerson, bottest.CanaryStory, "Lapangan desa", "belum terbukti"} {
		if !strings.Contains(card, want) {
			t.Errorf("the card does not say %q:\n%s", want, card)
		}
	}
	if data["region"] != "61.11.03" || data["kind"] != "citizen" || data["sees"] != "full" || data["evidence_count"] != 1.0 || data["register_by"] == nil || e.Time == "" || strings.Contains(card, "<b>") {
		t.Errorf("opened: %s", e.raw)
	}
	file, _ := only(t, full.events(), intake.TypeEvidence, code)
	if len(file.File) == 0 || file.Name != code+"-1.jpg" {
		t.Errorf("the evidence: %.300s", file.raw)
	}
	about := data["evidence"].([]any)[0].(map[string]any)
	c, _, err := s.DB.Cases().Find(ctx, code)
	if err != nil || about["sha256"] != c.Files(flows.Citizen)[0].Digest || about["sealed"] != false {
		t.Errorf("the file is %v", about)
	}
	e, data = only(t, brief.events(), intake.TypeOpened, code)
	if data["region"] != "61.11" || data["sees"] != "summary" || data["evidence"] != nil || data["evidence_count"] != 1.0 {
		t.Errorf("a summary: %s", e.raw)
	}

	// Words of the reporter, and then that the report is withdrawn.
	reporter.Say("cek " + code + " " + pin)
	if err := reporter.See(ctx, bottest.Words(s.Words, "id", "case.ask"), ""); err != nil {
		t.Fatal(err)
	}
	reporter.Say("Kenari menambahkan keterangan")
	if err := reporter.See(ctx, bottest.Words(s.Words, "id", "case.told"), ""); err != nil {
		t.Fatal(err)
	}
	s.Quiet(ctx)
	if _, data := only(t, full.events(), intake.TypeWrote, code); data["text"] != "Kenari menambahkan keterangan" || data["on"] == "" {
		t.Errorf("words: %v", data)
	}
	if _, data := only(t, brief.events(), intake.TypeWrote, code); data["text"] != nil {
		t.Errorf("words in a summary: %v", data)
	}

	// Of a report of pressure nobody is told the hour.
	pressed, _ := talk(p.Reporter("id"), bottest.Pressure)
	s.Quiet(ctx)
	e, data = only(t, full.events(), intake.TypeOpened, pressed)
	if e.Time != "" || data["kind"] != "pressure" || strings.Contains(e.raw, "T0") || strings.Contains(e.raw, "T1") {
		t.Errorf("pressure: %s", e.raw)
	}
	files := 0
	for _, e := range full.events() {
		if e.Type == intake.TypeEvidence && e.Subject == pressed {
			files++
		}
	}
	if files != 2 {
		t.Errorf("%d pictures of two", files)
	}

	for name, r := range map[string]*receiver{"full": full, "brief": brief} {
		seen := map[string]bool{}
		for _, e := range r.events() {
			if seen[e.ID] {
				t.Errorf("%s: %s was taken twice", name, e.Type)
			}
			seen[e.ID] = true
			secrets := append([]string{bottest.CanaryName, bottest.CanaryAddress, bottest.CanaryPhone, bottest.CanaryExif, pin, "whsec_"}, p.Canaries()[:2]...)
			if name == "brief" {
				secrets = append(secrets, bottest.CanaryPerson, bottest.CanaryStory, "Lapangan desa", "Kepala seksi", "61.11.03", "Teluk Batang")
			}
			for _, secret := range secrets {
				if strings.Contains(e.raw, secret) || bytes.Contains(e.File, []byte(secret)) {
					t.Errorf("%s: %s holds %q", name, e.Type, secret)
				}
			}
			if e.File == nil && len(e.raw) > 20_000 {
				t.Errorf("%s: %s has %d bytes", name, e.Type, len(e.raw))
			}
		}
	}
	p.Check()
	s.Clean(append(p.Canaries(), "Kenari menambahkan", "kenari-jalur", secret(1), pin)...)
}

// TestGone: a target that wants no more is left alone, and its reports wait.
func TestGone(t *testing.T) {
	ctx := t.Context()
	p, s := bottest.NewTelegram(t), bottest.NewStack(t)
	r := newReceiver(t, http.StatusGone)
	s.Routes = intake.Routes{r.route("sistem", "", intake.Full)}
	ch, receive := p.Connect()
	s.Start(ch, "", receive)
	if err := bottest.Talk(ctx, p.Reporter("id"), s.Words, "id", bottest.Picture(), bottest.Citizen); err != nil {
		t.Fatal(err)
	}
	for !strings.Contains(s.Log.String(), "wants no more") {
		if ctx.Err() != nil {
			t.Fatal(s.Log)
		}
		time.Sleep(5 * time.Millisecond)
	}
	st, err := s.DB.Cases().Stats(ctx, time.Now())
	if err != nil || st.Deliveries == 0 {
		t.Errorf("%+v, %v", st, err)
	}
	if one, ok, err := s.DB.Cases().Claim(ctx, "sistem", time.Now().Add(59*time.Minute), time.Minute); ok || err != nil {
		t.Errorf("it is due within the hour: %+v, %v", one.Tries, err)
	}
}

// TestSizes: the largest report that somebody can write stays small enough.
func TestSizes(t *testing.T) {
	l, err := locales.New(map[string]string{"operator": "x", "contact": "x", "recipients": "x", "retention": "1", "draft": "24"})
	if err != nil {
		t.Fatal(err)
	}
	cards := intake.Cards{Rules: flows.Rules{Flows: flows.All, Words: l}, Words: l, Lang: "id"}
	for _, f := range flows.All {
		rep := flows.Finished{ID: "x", Flow: f.ID, Sent: time.Now(), Answers: map[flows.StepID]flows.Answer{}}
		for _, st := range f.Steps {
			switch k := st.Kind.(type) {
			case flows.Text:
				rep.Answers[st.ID] = flows.Answer{Text: strings.Repeat("\U00010400", k.Max)}
			case flows.Story:
				rep.Answers[st.ID] = flows.Answer{Text: strings.Repeat("\U00010400", k.Max)}
			case flows.Multi:
				rep.Answers[st.ID] = flows.Answer{Codes: k.Codes}
			case flows.Files:
				rep.Answers[st.ID] = flows.Answer{Text: strings.Repeat("\U00010400", 500), Files: make([]flows.File, k.Max)}
				for i := range k.Max {
					rep.Answers[st.ID].Files[i] = flows.File{Type: "application/vnd.openxmlformats-officedocument.presentationml.presentation", Digest: strings.Repeat("f", 64), Size: 1 << 24}
				}
			}
		}
		e := cards.Opened(store.Case{Report: rep, Opened: time.Now()}, intake.Route{Name: "x", Address: "https://contoh.example"})
		r := newReceiver(t, 0)
		if err := (&webhook.Sender{}).Post(t.Context(), r.route("x", "", intake.Full).Target(), e); err != nil {
			t.Fatal(err)
		}
		n := len(r.events()[0].raw)
		t.Logf("%s: %d bytes", f.ID, n)
		if n > 20_000 {
			t.Errorf("%s: the largest report has %d bytes", f.ID, n)
		}
	}
}
