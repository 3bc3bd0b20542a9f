package whatsapptest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// BenchmarkPairs is a question and an answer, by fifty people at once.
func BenchmarkPairs(b *testing.B) {
	s := NewServer(b)
	acct := s.NewAccount("")
	cli := client(b, s, acct, newMemory(0))
	cli.AddEventHandler(func(e any) {
		if m, ok := e.(*events.Message); ok && words(m.Message) != "" {
			go func() {
				_, _ = cli.SendMessage(context.Background(), m.Info.Chat, &waE2E.Message{Conversation: proto.String("jawab " + words(m.Message))})
			}()
		}
	})
	cli.pair()
	chats := make([]*Chat, 50)
	var people sync.WaitGroup
	for i := range chats {
		people.Go(func() {
			chats[i] = s.NewUser("").Chat(acct)
			chats[i].Say("halo")
			sees(b, chats[i], "jawab halo")
		})
	}
	people.Wait()
	b.ResetTimer()
	next := make(chan int)
	for _, c := range chats {
		people.Go(func() {
			for n := range next {
				c.Say(fmt.Sprint("#", n, "."))
				sees(b, c, fmt.Sprint("jawab #", n, "."))
			}
		})
	}
	for n := range b.N {
		next <- n
	}
	close(next)
	people.Wait()
}

func BenchmarkNewUser(b *testing.B) {
	s := NewServer(b)
	for b.Loop() {
		s.NewUser("")
	}
}
