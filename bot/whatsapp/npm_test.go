package whatsapp_test

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/netralitas/netra/bot/bottest"
)

// oldestNode is the first major version of Node that Baileys runs on.
const oldestNode = 20

// node returns the Node program, or skips the test: Node is nothing that
// building or running Netra needs, so nobody must have it.
func node(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("node")
	if err != nil {
		t.Skip("There is no node on the PATH, so no client but whatsmeow was tried. Install Node 20 or newer, with npm, to try Baileys.")
	}
	said, err := exec.CommandContext(t.Context(), program, "--version").Output()
	if err != nil {
		t.Fatalf("node --version: %v", err)
	}
	version := strings.TrimSpace(string(said))
	major, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	if n, err := strconv.Atoi(major); err != nil || n < oldestNode {
		t.Skipf("Node is %s, so no client but whatsmeow was tried. Baileys needs Node %d.", version, oldestNode)
	}
	return program
}

// TestPackages looks at what npm would install.
func TestPackages(t *testing.T) { bottest.CheckPackages(t, "testdata/baileys") }
