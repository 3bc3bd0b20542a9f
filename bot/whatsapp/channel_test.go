package whatsapp_test

import (
	"testing"

	"github.com/netralitas/netra/bot/bottest"
)

func TestChannel(t *testing.T) {
	bottest.Channel(t, func(t *testing.T) bottest.Platform { return bottest.NewWhatsApp(t) })
}
