package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/netralitas/netra/bot/bottest/telegramtest"
	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/storetest"
)

// TestIntakeAdd: a code makes a group an intake, once, and what is wrong is refused
// before it is used up.
func TestIntakeAdd(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "routes.toml")
	if err := os.WriteFile(path, []byte("[[intake]]\nname = \"pusat\"\naddress = \"telegram:-1001\"\nbody = \"bawaslu\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := variables("NETRA_DATA", dir, "NETRA_ROUTES", path)
	s := begun(t, e)
	now := time.Now()
	if _, err := s.db.Joins().Ask(t.Context(), "abcde-12345", "telegram:-1002", now, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	add := func(args ...string) error {
		var out bytes.Buffer
		return run(t.Context(), append([]string{"intake", "add"}, args...), e, nil, &out, &out)
	}
	for _, bad := range [][]string{
		{}, {"abcde-12345"}, {"abcde-12345", "--intake", "pusat"}, {"abcde-12345", "--intake", "x", "--body", "polisi"},
		{"abcde-12345", "--intake", "x", "--region", "99.99"}, {"abcde-12345", "--intake", "x", "--body", "dprd"}, {"fffff-00000", "--intake", "x"},
	} {
		if err := add(bad...); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
	if err := add("abcde-12345", "--intake", "kayong-utara", "--body", "bawaslu", "--region", "61.11"); err != nil {
		t.Fatal(err)
	}
	if err := add("abcde-12345", "--intake", "lagi", "--body", "bkn"); err == nil {
		t.Error("the code works twice")
	}
	rs, err := intake.ReadRoutes(path)
	if r, ok := rs.Named("kayong-utara"); err != nil || !ok || r.Address != "telegram:-1002" || r.Regions[0] != "61.11" || len(rs) != 2 {
		t.Errorf("%+v, %v", rs, err)
	}
}

// TestIntakeAndStats: cases are counted by intake, and none of their words shown.
func TestIntakeAndStats(t *testing.T) {
	e := variables("NETRA_DATA", t.TempDir(), "NETRA_INTAKE", "telegram:-1001")
	s := begun(t, e)
	for n := range 3 {
		k := storetest.Case(n, "intake")
		k.Opened = time.Now().Add(-time.Hour)
		if err := s.db.Cases().Open(t.Context(), k); err != nil {
			t.Fatal(err)
		}
	}
	by := store.Officer{Key: storetest.Who(1), Name: "Petugas Rekaan"}
	if _, err := s.db.Cases().Add(t.Context(), storetest.ID(1), store.Event{ID: "x", Kind: store.Took, At: time.Now(), By: &by, In: "intake"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	netra := func(args ...string) string {
		t.Helper()
		var out bytes.Buffer
		if err := run(context.Background(), args, e, nil, &out, &out); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		storetest.CanariesIn(t, storetest.Planted, strings.Join(args, " "), out.Bytes())
		return out.String()
	}
	var intakes []intakeLine
	if out := netra("intake", "list", "--json"); json.Unmarshal([]byte(out), &intakes) != nil || len(intakes) != 1 || intakes[0].Cases != 3 || intakes[0].New != 2 {
		t.Errorf("%s", out)
	}
	if out := netra("intake", "list"); !strings.Contains(out, "3 cases      2 new") {
		t.Errorf("%s", out)
	}
	for _, args := range [][]string{{"stats"}, {"stats", "intake"}, {"stats", "intake", "7", "hari"}} {
		if out := netra(args...); !strings.Contains(out, "3 laporan") || !strings.Contains(out, "Ditangani: 1") {
			t.Errorf("%v: %s", args, out)
		}
	}
	var stats struct {
		Total    int
		Statuses map[string]int
	}
	if out := netra("stats", "--json"); json.Unmarshal([]byte(out), &stats) != nil || stats.Total != 3 || stats.Statuses["Baru"] != 2 {
		t.Errorf("%s", out)
	}
	if out := netra("case", "redeliver", storetest.ID(1).Ticket()); !strings.Contains(out, "once more: intake") {
		t.Errorf("%s", out)
	}
	var out bytes.Buffer
	if err := run(t.Context(), []string{"stats", "kapan"}, e, nil, &out, &out); err == nil {
		t.Error("a period that is none")
	}
}

// TestIntakeTest: a group and a URL are sent what holds no report; what cannot be
// reached is said, without its secrets.
func TestIntakeTest(t *testing.T) {
	tg := telegramtest.NewServer(t)
	group := tg.NewSupergroup("Pengawas")
	var got atomic.Value
	answer := http.StatusOK
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got.Store(string(body))
		w.WriteHeader(answer)
	}))
	defer srv.Close()
	secret := "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 32))
	path := filepath.Join(t.TempDir(), "routes.toml")
	routes := fmt.Sprintf("[[intake]]\nname = \"pusat\"\naddress = \"telegram:%d\"\n\n[[intake]]\nname = \"sistem\"\naddress = %q\nsecret = %q\nprivate = true\nbody = \"bkn\"\n\n"+
		"[[intake]]\nname = \"jauh\"\naddress = %q\nsecret = %q\nbody = \"bawaslu\"\n", group.ID(), srv.URL+"/kenari", secret, "https://127.0.0.1:1/kenari", secret)
	if err := os.WriteFile(path, []byte(routes), 0o600); err != nil {
		t.Fatal(err)
	}
	e := variables("NETRA_DATA", filepath.Join(t.TempDir(), "data"), "NETRA_ROUTES", path, "NETRA_TELEGRAM_TOKEN", tg.Token, "NETRA_TELEGRAM_API", tg.URL)
	try := func(name string) (string, error) {
		var out bytes.Buffer
		err := run(t.Context(), []string{"intake", "test", name}, e, nil, &out, &out)
		return out.String(), err
	}
	if out, err := try("pusat"); err != nil || !strings.Contains(out, "✓ pusat") || !strings.Contains(group.Last().Text, "pusat") {
		t.Errorf("%s, %v", out, err)
	}
	if out, err := try("sistem"); err != nil || !strings.Contains(out, "✓ sistem") || !strings.Contains(got.Load().(string), intake.TypeTest) {
		t.Errorf("%s, %v: %v", out, err, got.Load())
	}
	answer = http.StatusForbidden
	if out, err := try("sistem"); err == nil || !strings.Contains(err.Error(), "HTTP 403") {
		t.Errorf("%s, %v", out, err)
	}
	if out, err := try("jauh"); err == nil || !strings.Contains(err.Error(), "private") || strings.Contains(err.Error(), "kenari") || strings.Contains(err.Error(), secret) {
		t.Errorf("%s, %v", out, err)
	}
	if out, err := try("tiada"); err == nil {
		t.Error(out)
	}
}
