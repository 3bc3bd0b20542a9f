package whatsapp

import (
	"context"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
)

// client is what the adapter uses of whatsmeow once it is paired.
type client interface {
	ConnectContext(context.Context) error
	Disconnect()
	IsConnected() bool
	IsLoggedIn() bool
	SendMessage(context.Context, types.JID, *waE2E.Message, ...whatsmeow.SendRequestExtra) (whatsmeow.SendResponse, error)
	SendChatPresence(context.Context, types.JID, types.ChatPresence, types.ChatPresenceMedia) error
	SendPresence(context.Context, types.Presence) error
	MarkRead(context.Context, []types.MessageID, time.Time, types.JID, types.JID, ...types.ReceiptType) error
	RejectCall(context.Context, types.JID, string) error
	Download(context.Context, whatsmeow.DownloadableMessage) ([]byte, error)
	Upload(context.Context, []byte, whatsmeow.MediaType) (whatsmeow.UploadResponse, error)
	SendMediaRetryReceipt(context.Context, *types.MessageInfo, []byte) error
	GetGroupInfo(context.Context, types.JID) (*types.GroupInfo, error)
}

var _ client = (*whatsmeow.Client)(nil)
